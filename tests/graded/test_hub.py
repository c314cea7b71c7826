"""The whole round of a problem set on a real JupyterHub: each step is one that INSTRUCTORS.md names.

Left out where accounts of the system cannot be made. What was seen is kept in _build/screenshots.
"""

import json
import shutil

import classroom
import hub as hubs
import lab
import pytest

pytestmark = [
    pytest.mark.graded,
    pytest.mark.skipif(bool(hubs.missing()), reason=f"no JupyterHub here: {hubs.missing()}"),
    pytest.mark.skipif(lab.CHROMIUM is None, reason="there is no Chromium on this machine"),
]
SET = "ps1_forward"
LEFT_OPEN = ("by_hand", "forward")  # what Bob does not write
ACCEPT = ".jp-Dialog .jp-mod-accept"


@pytest.fixture(scope="module")
def hub():
    with hubs.running() as hub:
        yield hub


@pytest.fixture(scope="module")
def course(hub):
    """The teacher's course, with Ada's own numbers where she works, and the set released."""
    teacher, students = hub.people["teacher"], hub.folder / "ids.txt"
    students.write_text(hub.people["ada"] + "\n")
    made = f"{hub.clone}/notebooks/graded/course.py --course ~/lstm-course --students {students} {SET}"
    hub.as_person("teacher", f"OPENBLAS_NUM_THREADS=1 {hub.python} {made}")
    folder = hub.home("teacher") / "lstm-course"
    for name in hub.people:
        hub.serve(name)
    assert hub.formgrader(f"assignment/{SET}/release")["success"]
    (own,) = (folder / "variants" / hub.people["ada"] / SET).glob("*.ipynb")
    handed = hub.home("ada") / SET / own.name
    handed.parent.mkdir()
    shutil.copy(own, handed)
    for path in (handed.parent, handed):
        shutil.chown(path, hub.people["ada"], hub.people["ada"])
    assert hub.people["teacher"] == teacher
    return folder


def write_answers(hub, course, name, left_open=()):
    """Put the reference answers into what a student has in their home; some stay as they are."""
    path = hub.home(name) / SET / f"{SET}.ipynb"
    mine = json.loads(path.read_text(encoding="utf-8"))
    right = classroom.solved(course, SET)
    for cell in mine["cells"]:
        label = classroom.label(cell)
        if label.get("solution") and label["grade_id"] not in left_open:
            cell["source"] = classroom.text(classroom.cell(right, label["grade_id"]))
    path.write_text(json.dumps(mine), encoding="utf-8")  # its owner stays


@pytest.fixture(scope="module")
def handed_in(hub, course):
    """What both students have handed in, each after looking at what *Validate* says."""
    said = {"list": hub.ask("GET", f"/user/{hub.people['bob']}/assignments?course_id=lstm_by_hand")}
    for name, left_open in [("ada", ()), ("bob", LEFT_OPEN)]:
        if name == "bob":
            assert hub.assignments("bob", "fetch")["success"]
        said[f"{name}, untouched"] = hub.assignments(name, "validate", path=f"{SET}/{SET}.ipynb")
        write_answers(hub, course, name, left_open)
        said[name] = hub.assignments(name, "validate", path=f"{SET}/{SET}.ipynb")
        assert hub.assignments(name, "submit")["success"]
    return said


@pytest.fixture(scope="module")
def marked(hub, course, handed_in):
    """What the marker prints, on the teacher's own account."""
    forge(hub)
    assert hub.formgrader(f"assignment/{SET}/collect")["success"]
    return make_marks(hub)


def make_marks(hub):
    program = f"{hub.clone}/notebooks/graded/grade.py"
    return hub.as_person("teacher", f"{hub.python} {program} {SET} --course ~/lstm-course").stdout


def forge(hub):
    """Hand in for Bob, from Ada's account, and later than he has."""
    name = f"{hub.people['bob']}+{SET}+2030-01-01 00:00:00.000000 UTC+AAAAAAAAAAAA"
    place = f"{hub.folder}/exchange/lstm_by_hand/inbound/'{name}'"
    hub.as_person("ada", f"mkdir {place} && cp ~/{SET}/{SET}.ipynb {place}")
    hub.as_person("ada", f"echo '2030-01-01 00:00:00.000000 UTC' > {place}/timestamp.txt")


def scores(hub):
    found = hub.formgrader(f"submissions/{SET}", "GET")
    return {each["student"]: (each["score"], each["max_score"]) for each in found}


def test_the_set_is_listed_and_what_is_handed_out_validates(hub, course, handed_in):
    assert [(each["assignment_id"], each["status"]) for each in handed_in["list"]["value"]] == [(SET, "released")]
    assert all(said["success"] for said in handed_in.values())
    for said in handed_in.values():
        assert "changed" not in json.dumps(said["value"])
    assert handed_in["ada"]["value"] == {}  # nothing fails, nothing is said to be another's
    assert "failed" in handed_in["bob"]["value"]


def test_marks_are_made_on_the_teachers_account(hub, course, marked):
    ada, bob = (hub.people[name] for name in ("ada", "bob"))
    found = scores(hub)
    assert found[ada][0] == found[ada][1] > 0  # her own numbers
    assert 0 < found[bob][0] < found[bob][1]  # his own work, and not what Ada put under his name
    notes = json.loads((course / "marks" / SET / f"{ada}.json").read_text(encoding="utf-8"))["notes"]
    assert notes == []
    assert "2 marked, 0 marked before, 0 could not be marked" in marked


def test_nbgraders_own_autograde_is_refused_and_changes_nothing(hub, course, marked):
    before = scores(hub)
    answer = hub.formgrader(f"submission/{SET}/{hub.people['bob']}/autograde")
    assert not answer["success"]
    assert "marked before" in make_marks(hub)
    assert scores(hub) == before


def test_feedback_finds_its_way_home(hub, course, marked):
    for what in ("generate_feedback", "release_feedback"):
        assert hub.formgrader(f"assignment/{SET}/{what}")["success"]
    for name in ("ada", "bob"):
        assert hub.assignments(name, "fetch_feedback")["success"]
        (page,) = (hub.home(name) / SET / "feedback").glob("*/*.html")
        score, most = scores(hub)[hub.people[name]]
        assert f"(Score: {score:.1f} / {most:.1f})" in page.read_text(encoding="utf-8")


def test_a_student_reads_and_moves_nothing_of_others(hub, course, marked):
    teacher, bob = hub.home("teacher"), hub.home("bob")
    inbound = hub.folder / "exchange" / "lstm_by_hand" / "inbound"
    (his,) = [path for path in inbound.glob(f"{hub.people['bob']}+*") if path.owner() == hub.people["bob"]]
    for command in (
        f"ls {course}",
        f"cat {course}/secret",
        f"cat {course}/gradebook.db",
        f"touch {course}/submitted/{hub.people['bob']}/{SET}/{SET}.ipynb",
        f"ls {teacher}",
        f"cat {bob}/{SET}/{SET}.ipynb",
        f"ls {inbound}",
        f"mv '{his}' {inbound}/gone",
        f"mv {hub.folder}/exchange/lstm_by_hand {hub.folder}/exchange/gone",
        f"cat {hub.folder}/state/secrets/cookie_secret",
    ):
        assert hub.as_person("ada", command, may_fail=True).returncode != 0, command


def test_the_library_is_there_for_everybody(hub, course):
    for name in hub.people:
        hub.as_person(name, f"{hub.python} -c 'import lstm_lib.lstm'")


# --- through the pages, as people do -----------------------------------------------------------------------------


def enter(hub, page, name):
    """Log in, as a person does, and wait for JupyterLab."""
    page.goto(f"{hub.url}/hub/login")
    page.fill("#username_input", hub.people[name])
    page.fill("#password_input", hub.people[name])
    page.click("#login_submit")
    page.wait_for_url("**/lab**")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.wait_for_selector(".jp-Launcher")


@pytest.fixture
def page(browser, request):
    page = lab.patient_page(browser, viewport={"width": 1280, "height": 900})
    yield page
    lab.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=lab.SCREENSHOTS / f"{request.node.name}.png")
    page.context.close()


def menu(page, name):
    """Return what a menu offers."""
    page.get_by_role("menuitem", name=name, exact=True).click()
    offered = page.locator(".lm-Menu .lm-Menu-itemLabel").all_inner_texts()
    page.keyboard.press("Escape")
    return offered


def test_a_student_sees_the_assignments_and_no_teachers_menus(hub, marked, page):
    enter(hub, page, "ada")
    assert page.get_by_text("Would you like to get notified").count() == 0
    assert "Assignment List" in menu(page, "Nbgrader")
    assert not {"Formgrader", "Course List"} & set(menu(page, "Nbgrader"))
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text="Assignment List").click()
    page.get_by_text(SET).first.wait_for()


def test_the_teacher_sees_the_marks_in_formgrader_inside_jupyterlab(hub, marked, page):
    enter(hub, page, "teacher")
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text="Formgrader").first.click()
    inside = page.frame_locator("iframe").last
    inside.get_by_text(SET).first.wait_for()


def test_nobody_enters_with_a_wrong_password(hub, page):
    page.goto(f"{hub.url}/hub/login")
    page.fill("#username_input", hub.people["ada"])
    page.fill("#password_input", "wrong")
    page.click("#login_submit")
    page.get_by_text("Invalid username or password").wait_for()
