"""The browser that tests share, and how `make test` and `make quick` spread tests over the cores."""

import shutil

import lab
import npm
import pytest

collect_ignore = ["conftest.py"]  # has no example to try, and the one in notebooks bears the same name
DEAR = ("graded", "browser", "lesson", "slow")  # the dearest first, so that no core is left waiting at the end


@pytest.fixture(scope="module")
def browser():
    """Chromium, one for the tests of a file; where there is none they are left out, with the reason."""
    pytest.importorskip("playwright.sync_api", reason="the extra [browser] is installed where Chromium is")
    if lab.CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with lab.chromium() as browser:
        yield browser


@pytest.fixture
def page(browser):
    """A tab without a network that notes everything that goes wrong; some files have one of their own."""
    page = lab.page_from_disk(browser)
    yield page
    page.context.close()


@pytest.fixture(scope="session")
def npm_packages():
    """What decks and site take from npm can be had: it was kept in _build, or there is an npm."""
    if shutil.which("npm") is None and not npm.KEPT.exists():
        pytest.skip("there is no npm on this machine, which decks and the site need once")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Mark what needs a browser, keep the tests of a file together, and begin with what takes longest."""
    ranks = {}
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("xdist_group") is None:  # what a file has made once serves all of its tests
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
        own = next((n for n, name in enumerate(DEAR) if item.get_closest_marker(name)), len(DEAR))
        ranks[group(item)] = min(own, ranks.get(group(item), own))
    items.sort(key=lambda item: ranks[group(item)])


def group(item):
    """Return the name of the group of tests that run on one core, one after another."""
    return item.get_closest_marker("xdist_group").args[0]


def pytest_collection_finish(session):
    """Refuse to begin where groups would be torn apart: pytest-xdist writes them into the names of the tests."""
    spread = getattr(session.config.option, "loadgroup", False)
    if spread and not all(item.nodeid.endswith(f"@{group(item)}") for item in session.items):
        raise pytest.UsageError("this pytest and this pytest-xdist do not keep the tests of a group together")
