// What a page becomes on paper: what is folded is shown, or goes to the end of the lesson, or is left out.
async ({name, title: chapter}) => {
  if (window.MathJax) await MathJax.startup.promise;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
  const LATER = /^(Hint|Solution|Answers?$|The .*answers$)/;
  const body = document.querySelector("main") ?? document.body;
  const end = document.createElement("section");
  end.className = "at-the-end";
  let title = "", told = "";
  for (const part of [...body.querySelectorAll("h2, h3, p > strong:first-child, details")]) {
    if (part.tagName !== "DETAILS") {
      const starts = part.tagName !== "STRONG" || /^\d/.test(part.textContent);
      if (starts) title = part.firstChild.textContent.trim();
      continue;
    }
    const summary = part.querySelector("summary").textContent.trim();
    if (LATER.test(summary)) {
      if (title !== told) {
        const heading = document.createElement("h3");
        heading.textContent = told = title;
        end.append(heading);
      }
      end.append(part);
    } else if (summary === "In words" || (part.classList.contains("fold") && !part.querySelector(".jp-Cell-outputWrapper"))) {
      part.remove();  // the words of a picture are its text for a screen reader; the code of a picture is in the notebook
      continue;
    }
    part.open = true;
    part.classList.add("kept");
  }
  if (end.children.length) {
    const heading = document.createElement("h2");
    heading.textContent = "Hints, solutions and answers";
    end.prepend(heading);
    body.append(end);
  }
  for (const asked of document.querySelectorAll("p > em:only-child, p.asleep")) {
    if (asked.textContent.startsWith("Run this cell")) asked.closest("p").remove();  // paper has no cells
  }
  for (const control of document.querySelectorAll("audio, video")) control.remove();
  for (const heading of document.querySelectorAll(":is(h1, h2, h3, h4)[id]")) heading.id = `${name}-${heading.id}`;
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    link.setAttribute("href", `#${name}-${link.getAttribute("href").slice(1)}`);  // each lesson has its "References"
  }
  if (chapter) document.querySelector("h1").firstChild.textContent = chapter;
}
