"""The synthetic demo city. Every figure from it is 合成数据 (synthetic) and says nothing about real students."""

from data_schemas.synthetic.city import City, make_city, write_city
from data_schemas.synthetic.period import Period

__all__ = ["City", "Period", "make_city", "write_city"]
