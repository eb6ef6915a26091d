"""A company, and the rooms that tests of customers walk into."""

import pytest

from hub.customers.changing import Changer
from hub.customers.finding import Finder
from hub.customers.records import Records
from hub.kernel.database import Database
from tests.scenes import Company, found_company, manifest


@pytest.fixture
async def company(database: Database) -> Company:
    return await found_company(database)


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database, manifest)


@pytest.fixture
def changer(database: Database) -> Changer:
    return Changer(database, lambda: None)


@pytest.fixture
def finder(database: Database) -> Finder:
    return Finder(database)
