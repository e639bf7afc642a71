"""Dates, durations, time zones and frequencies of pandas that the pickles in a table may hold."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any, Final

import numpy
import pandas
from pandas.tseries import offsets

from signac._stores.plain_values import Maker, Refused, State, expect

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CONSTANTS", "PANDAS"]

#: Names of the time zone database; a path would open a file of somebody's choice.
_ZONE: Final = re.compile(r"[A-Za-z][\w+-]*(?:/[A-Za-z][\w+-]*){0,2}")
_DATABASE: Final = re.compile(r"/usr/(?:share|lib|share/lib)/zoneinfo/|/etc/zoneinfo/")
_RESOLUTIONS: Final = {7: "s", 8: "ms", 9: "us", 10: "ns"}
_FREQUENCIES: Final = re.findall(
    r"\w+",
    """
    BQuarterBegin BQuarterEnd BYearBegin BYearEnd BHalfYearBegin BHalfYearEnd BusinessDay
    BusinessHour BusinessMonthBegin BusinessMonthEnd CustomBusinessDay CustomBusinessHour
    CustomBusinessMonthBegin CustomBusinessMonthEnd Day Easter FY5253 FY5253Quarter HalfYearBegin
    HalfYearEnd Hour LastWeekOfMonth Micro Milli Minute MonthBegin MonthEnd Nano QuarterBegin
    QuarterEnd Second SemiMonthBegin SemiMonthEnd Week WeekOfMonth YearBegin YearEnd
    """,
)
_UNITS: Final = ("year", "month", "day", "hour", "minute", "second", "microsecond", "nanosecond")
_STEPS: Final = {f"{unit}{end}" for unit in (*_UNITS, "week") for end in ("", "s")} | {
    "leapdays",
    "weekday",
    "_has_time",
}
_SCALARS: Final = (
    type(None),
    bool,
    int,
    float,
    str,
    datetime.date,
    datetime.datetime,
    datetime.time,
    datetime.timedelta,
    numpy.datetime64,
)


def _zone(zone: Any) -> datetime.tzinfo | None:
    if zone is not None and not isinstance(zone, datetime.tzinfo):
        raise TypeError("a time zone is something else")
    return zone


def _zone_name(name: Any) -> str:
    """Return the name of a time zone in the database, without the database's directory."""
    found = _DATABASE.sub("", expect(name, str), count=1)
    if not _ZONE.fullmatch(found):
        raise Refused(f"the time zone {name[:80]!r}")
    return found


def _timestamp(value: Any, freq: Any = None, zone: Any = None, resolution: Any = 10) -> Any:
    if type(value) is str:
        return pandas.Timestamp(value, tz=_zone(zone))
    unit: Any = _RESOLUTIONS[resolution]
    stamp = numpy.datetime64(expect(value, int), unit)
    if _zone(zone) is None:
        return pandas.Timestamp(stamp)
    return pandas.Timestamp(stamp).tz_localize("UTC").tz_convert(zone)


def _timedelta(value: Any, resolution: Any = 10) -> Any:
    unit: Any = _RESOLUTIONS[resolution]
    return pandas.Timedelta(numpy.timedelta64(expect(value, int), unit))


def _nat(_: Any = None) -> Any:
    return pandas.NaT


def _period(value: Any, freq: Any, ordinal: Any) -> Any:
    if value is not None or not isinstance(freq, offsets.BaseOffset):
        raise TypeError("a period is damaged")
    return pandas.Period(ordinal=expect(ordinal, int), freq=freq)


def _interval(left: Any, right: Any, closed: Any = "right") -> Any:
    for end in (left, right):
        expect(end, int, float, numpy.int64, numpy.float64, pandas.Timestamp, pandas.Timedelta)
    return pandas.Interval(left, right, expect(closed, str))


def _frequency(kind: Any) -> Callable[..., Any]:
    return lambda *arguments: kind(*[_checked(argument) for argument in arguments])


def _checked(value: Any) -> Any:
    """Return an argument of a frequency: a scalar, or a sequence of them."""
    if type(value) in (tuple, list):
        for item in value:
            expect(item, *_SCALARS)
        return value
    return expect(value, *_SCALARS)


def _step(*arguments: Any) -> State:
    if arguments:
        raise TypeError("the step of a frequency is damaged")
    return State(offsets.DateOffset(), _set_step)


def _set_step(step: Any, state: Any) -> None:
    """Give `DateOffset` its state: the names of its units, and what is derived from them."""
    state = dict(expect(state, dict))
    derived = _relativedelta()
    if type(state.pop("_offset", None)) not in (derived, datetime.timedelta):
        raise TypeError("the step of a frequency is damaged")
    count, normalize = expect(state.pop("n"), int), bool(state.pop("normalize"))
    for name in ("_use_relativedelta", "_cache"):
        state.pop(name, None)
    units = {name: expect(value, int, float) for name, value in state.items()}
    if not units.keys() <= _STEPS:
        raise Refused("pandas.DateOffset with other attributes")
    made = offsets.DateOffset(count, normalize, **units)
    step.__setstate__(made.__getstate__())


def _relativedelta() -> Any:
    from dateutil.relativedelta import relativedelta

    return relativedelta


def _relative(*arguments: Any) -> State:
    return State(_relativedelta()(), _set_relative)


def _set_relative(value: Any, state: Any) -> None:
    """Check the state of dateutil's steps: pandas derives it again from the units beside it."""
    if not expect(state, dict).keys() <= _STEPS:
        raise Refused("dateutil.relativedelta with other attributes")
    for item in state.values():
        expect(item, int, float, type(None))


def _reconstructor(kind: Any, base: Any, state: Any) -> Any:
    if type(kind) is Maker and kind.name == "dateutil.relativedelta.relativedelta":
        return _relative()
    if type(kind) is Maker and kind.name == "tables.filters.Filters":
        return _filters()
    raise Refused(f"an instance of {getattr(kind, 'name', type(kind).__name__)}")


def _filters(*arguments: Any) -> State:
    import tables

    return State(tables.Filters(), _set_filters)


def _set_filters(filters: Any, state: Any) -> None:
    """Give PyTables its way of compressing, which it pickles beside the index of a table."""
    if not expect(state, dict).keys() <= vars(filters).keys():
        raise Refused("tables.filters.Filters with other attributes")
    settings = {name: expect(value, int, bool, str, type(None)) for name, value in state.items()}
    filters.__dict__.update(vars(type(filters)(**settings)))


def _attribute(owner: Any, name: Any) -> Any:
    """`getattr`, for the one method that time zones are made with before protocol 4."""
    if type(owner) is Maker and owner.name == "zoneinfo.ZoneInfo" and name == "_unpickle":
        return Maker("zoneinfo.ZoneInfo._unpickle", _zone_of_database)
    raise Refused(f"getattr for {name!r}"[:80])


def _zone_of_database(key: Any, from_cache: Any = True) -> Any:
    import zoneinfo

    return zoneinfo.ZoneInfo(_zone_name(key))


def _zone_of_dateutil(*arguments: Any) -> Any:
    """Take a time zone of dateutil by its name; the pickle also holds its rules."""
    from dateutil import tz

    names = [name for name in arguments[:3] if type(name) is str]
    found = tz.gettz(_zone_name(names[0])) if names else None
    if found is None:
        raise Refused("a time zone that this computer does not have")
    return found


def _offset_of_dateutil(name: Any, offset: Any) -> Any:
    from dateutil import tz

    return tz.tzoffset(expect(name, str, type(None)), expect(offset, datetime.timedelta, int))


def _utc_of_dateutil() -> Any:
    from dateutil import tz

    return tz.UTC


def _zone_of_pytz(*arguments: Any) -> Any:
    """Take a time zone of pytz by its name, and the offset only if the zone has it."""
    import pytz

    zone = pytz.timezone(_zone_name(arguments[0])) if arguments else pytz.utc
    if len(arguments) < 2:
        return zone
    offset, saving, name = arguments[1:]
    key = (
        datetime.timedelta(seconds=expect(offset, int)),
        datetime.timedelta(seconds=expect(saving, int)),
        expect(name, str),
    )
    return zone._tzinfos[key]  # noqa: SLF001 - as pytz itself finds it


CONSTANTS: Final = {"pandas.NA": pandas.NA, "pandas._libs.missing.NA": pandas.NA}
PANDAS: Final[dict[str, Callable[..., Any]]] = {
    "__builtin__.getattr": _attribute,
    "builtins.getattr": _attribute,
    "copy_reg._reconstructor": _reconstructor,
    "copyreg._reconstructor": _reconstructor,
    "dateutil.relativedelta.relativedelta": _relative,
    "dateutil.tz._tzfile._unpickle": _zone_of_dateutil,
    "dateutil.tz._tzfile.tzfile": _zone_of_dateutil,
    "dateutil.tz.tz.tzfile": _zone_of_dateutil,
    "dateutil.tz.tz.tzoffset": _offset_of_dateutil,
    "dateutil.tz.tz.tzutc": _utc_of_dateutil,
    "pandas.Interval": _interval,
    "pandas.Period": _period,
    "pandas.Timedelta": _timedelta,
    "pandas.Timestamp": _timestamp,
    "pandas._libs.interval.Interval": _interval,
    "pandas._libs.tslibs.nattype.__nat_unpickle": _nat,
    "pandas._libs.tslibs.nattype._nat_unpickle": _nat,
    "pandas._libs.tslibs.period.Period": _period,
    "pandas._libs.tslibs.timedeltas.Timedelta": _timedelta,
    "pandas._libs.tslibs.timedeltas._timedelta_unpickle": _timedelta,
    "pandas._libs.tslibs.timestamps.Timestamp": _timestamp,
    "pandas._libs.tslibs.timestamps._unpickle_timestamp": _timestamp,
    "pytz._UTC": _zone_of_pytz,
    "pytz._p": _zone_of_pytz,
    "tables.filters.Filters": _filters,
    "zoneinfo.ZoneInfo": _zone_of_database,
    "zoneinfo.ZoneInfo._unpickle": _zone_of_database,
    **{
        f"pandas._libs.tslibs.offsets.{name}": _frequency(getattr(offsets, name))
        for name in _FREQUENCIES
        if hasattr(offsets, name)
    },
    "pandas.DateOffset": _step,
    "pandas._libs.tslibs.offsets.DateOffset": _step,
}
