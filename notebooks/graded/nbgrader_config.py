"""nbgrader's settings; ``course.py`` puts a copy into the course's folder, where nbgrader looks for it."""

import os

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = os.environ.get("NBGRADER_COURSE", "lstm_by_hand")
c.Exchange.root = os.environ.get("NBGRADER_EXCHANGE", "/srv/nbgrader/exchange")
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError  # your lines instead of this one"}
c.ClearSolutions.text_stub = "*Your answer instead of this line.*"
# Every student's notebook is the course's plus answers; longer output helps nobody who reads it.
c.LimitOutput.max_lines = 200
