"""The rates API as it was built before: Flask, SQLAlchemy's ORM, one model, floats."""

import os

from flask import Flask, jsonify, request
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
Session = sessionmaker(engine)
app = Flask(__name__)


class Base(DeclarativeBase):
    pass


class Rate(Base):
    __tablename__ = "old_rates"

    id: Mapped[int] = mapped_column(primary_key=True)
    timestamp: Mapped[str]
    currency_from: Mapped[str]
    USD_to_currency_rate: Mapped[float] = mapped_column("usd_to_currency_rate")
    currency_to_USD_rate: Mapped[float] = mapped_column("currency_to_usd_rate")
    currency_to: Mapped[str]

    def as_dict(self):
        return {
            "id": self.id,
            "timestamp": self.timestamp,
            "currency_from": self.currency_from,
            "USD_to_currency_rate": self.USD_to_currency_rate,
            "currency_to_USD_rate": self.currency_to_USD_rate,
            "currency_to": self.currency_to,
        }


@app.get("/v1/rates")
def rates():
    statement = select(Rate).order_by(Rate.id)
    if "currency" in request.args:
        statement = statement.where(Rate.currency_to == request.args["currency"].upper())
    with Session() as session:
        return jsonify([rate.as_dict() for rate in session.scalars(statement)])


@app.get("/livez")
def livez():
    return jsonify(status="ok")
