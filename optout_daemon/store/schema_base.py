"""What every table of the schema is made from: the registry, the names of constraints, partial indexes."""

from typing import Any, Final

from sqlalchemy import Boolean, MetaData, literal_column
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """A registry of our own, so that another user of sqlmodel in the process cannot add tables to ours."""


def only(condition: str) -> dict[str, Any]:
    """A partial index. Statements must spell its condition out too: neither database sees through a parameter."""
    where = literal_column(condition, Boolean)
    return {"sqlite_where": where, "postgresql_where": where}
