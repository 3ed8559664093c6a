"""How near the synthetic city comes to the published figures."""

from data_schemas.synthetic.calibration.report import calibration, report_text
from data_schemas.synthetic.calibration.row import Row

__all__ = ["Row", "calibration", "report_text"]
