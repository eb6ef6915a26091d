"""Settings: where they come from, and what is said when one is wrong."""

import re
import tomllib
from pathlib import Path

import pytest

from hub import reference
from hub.config import KNOWN, defaults_file, load, variables
from hub.errors import SetupError


def written(folder: Path, text: str) -> Path:
    """A settings file of a company's own."""
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> str:
    """What is said about a file that is wrong."""
    with pytest.raises(SetupError) as caught:
        load(written(folder, text), {}, folder)
    return str(caught.value)


def test_the_defaults_are_complete_and_right(tmp_path: Path) -> None:
    settings = load(None, {}, tmp_path)
    assert (settings.server.host, settings.server.port, settings.database.url) == ("127.0.0.1", 8080, "")


def test_the_file_of_defaults_has_exactly_the_keys_that_exist() -> None:
    defaults = tomllib.loads(defaults_file().read_text(encoding="utf-8"))
    assert {name: sorted(keys) for name, keys in defaults.items()} == {name: sorted(keys) for name, keys in KNOWN.items()}


def test_a_file_in_the_folder_where_one_starts_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[server]\nport = 9000\n")
    assert load(None, {}, tmp_path).server.port == 9000


def test_a_named_file_is_read_instead_of_the_one_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[server]\nport = 9000\n")
    own = written(tmp_path, "[server]\nport = 9001\n")
    assert load(own, {}, tmp_path).server.port == 9001
    assert load(None, {"HILO_CONFIG": str(own)}, tmp_path).server.port == 9001


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    own = written(tmp_path, '[server]\nport = 9001\n[log]\nlevel = "debug"\n')
    settings = load(own, {"HILO_PORT": "9002", "HILO_DATABASE_URL": "postgresql://db/hilo"}, tmp_path)
    assert (settings.server.port, settings.log.level, settings.database.url) == (9002, "debug", "postgresql://db/hilo")


def test_a_short_name_wins_over_the_long_one(tmp_path: Path) -> None:
    assert load(None, {"HILO_SERVER_PORT": "1", "HILO_PORT": "2"}, tmp_path).server.port == 2


def test_a_list_in_the_environment_is_separated_by_commas(tmp_path: Path) -> None:
    given = {"HILO_SERVER_TRUSTED_PROXIES": "10.0.0.0/8, ::1", "HILO_EGRESS_PRIVATE": "127.0.0.1:81,crm.internal:8000"}
    settings = load(None, given, tmp_path)
    assert settings.server.trusted_proxies == ["10.0.0.0/8", "::1"]
    assert settings.egress.private == ["127.0.0.1:81", "crm.internal:8000"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[server]\nport = 70000", r"server\.port is 70000; allowed is a whole number from 0 to 65535"),
        ('[server]\nport = "8080"', r"server\.port is '8080'; allowed is a whole number"),
        ("[server]\nprot = 8080", r"there is no setting server\.prot; \[server\] has host, port"),
        ("[sever]\nport = 8080", r"no section or key 'sever'; allowed are the sections server, database"),
        ("server = 8080", r"server is a section: write \[server\]"),
        ('[log]\nlevel = "loud"', r"log\.level is 'loud'; allowed is one of debug, info, warning, error"),
        ('[server]\ntrusted_proxies = ["10.0.0.0/99"]', r"trusted_proxies is .*; allowed is a list of addresses or networks"),
        ('[server]\npublic_url = "hilo.example.com"', r"public_url is 'hilo.example.com'; .*https://hilo\.example\.com"),
        ('[database]\nurl = "mysql://root:hunter2@db/x"', r"database\.url is not right; .*postgresql://"),
        ("[server\nport = 1", r"is not TOML: .*line 1"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence_that_says_what_is_allowed(tmp_path: Path, text: str, says: str) -> None:
    said = refused(tmp_path, text)
    assert re.search(says, said)
    assert said.startswith(str(tmp_path / "mine.toml"))
    assert "\n" not in said


def test_a_password_in_a_wrong_value_is_not_repeated(tmp_path: Path) -> None:
    assert "hunter2" not in refused(tmp_path, '[database]\nurl = "mysql://root:hunter2@db/x"')


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"the environment: HILO_PORT is 'many'; allowed is a whole number from 0 to 65535"):
        load(None, {"HILO_PORT": "many"}, tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"nowhere\.toml cannot be read: No such file"):
        load(tmp_path / "nowhere.toml", {}, tmp_path)


def test_every_setting_has_a_variable_and_a_comment() -> None:
    every = {(section, key) for section, keys in KNOWN.items() for key in keys}
    meanings = reference.comments(defaults_file().read_text(encoding="utf-8"))
    assert set(variables().values()) == every
    assert {where for where in every if not meanings.get(where)} == set()


def test_a_setting_without_comment_is_found() -> None:
    assert reference.comments("[a]\n# one\nx = 1\ny = 2\n") == {("a", "x"): "one", ("a", "y"): ""}


@pytest.mark.parametrize("page", sorted(reference.PAGES))
def test_the_reference_pages_are_fresh(page: str) -> None:
    file, write = reference.PAGES[page]
    assert file.read_text(encoding="utf-8") == write(), f"run: python -m hub.reference {page}"


def test_a_misspelt_variable_is_named_with_the_nearest_and_all_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as caught:
        load(None, {"HILO_PROT": "9000"}, tmp_path)
    said = str(caught.value)
    assert said.startswith("the environment: there is no variable HILO_PROT. Did you mean HILO_PORT? Known are ")
    assert all(name in said for name in (*variables(), "HILO_CONFIG", "HILO_KEY"))


def test_variables_of_other_programs_are_nobodys_business(tmp_path: Path) -> None:
    assert load(None, {"HILOS": "3", "PATH": "/bin"}, tmp_path).server.port == 8080
