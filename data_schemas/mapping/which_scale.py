"""The header of a column that says of which questionnaire a row is."""

import re

WHICH = re.compile(
    r"(?:所用|测评|测验|评估)?(?:量表|问卷|测验|测评)(?:名称|类型|编号)?|"
    r"(?:instrument|scale|questionnaire)(?:[ _]?name)?",
    re.IGNORECASE,
)
