// Sliders, and a picture that the kernel draws of where they stand.
//
// A slider is the browser's own: it has a name, and the arrow keys move it. A new question goes to the kernel only
// when the last one has been answered, so no queue grows while one drags; the last place of a slider always counts.

const PATIENCE = 4000; // ms without an answer, before the page says so

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function render({ model, el }) {
  const words = model.get("controls").map((control) => control.words);
  const values = { ...model.get("values") };
  const [image, trouble] = [make("img"), make("p", { class: "trouble", role: "alert" })];
  const spoken = make("p", { class: "spoken", role: "status" });
  const root = make("div", { class: "lstm-explore lstm-paper", role: "group", "aria-label": `Sliders: ${words.join(", ")}` });
  let [moved, waiting, speaking] = [false, 0, 0];

  const rows = model.get("controls").map(({ name, words, low, high, step, digits }) => {
    const id = `lstm-explore-${Math.random().toString(36).slice(2)}`;
    const range = make("input", { type: "range", id, min: low, max: high, step });
    const readout = make("output", { for: id });
    const show = () => {
      readout.textContent = values[name].toFixed(digits).replace("-", "−");
      range.setAttribute("aria-valuetext", readout.textContent);
    };
    range.addEventListener("input", () => {
      values[name] = range.valueAsNumber;
      moved = true;
      show();
      ask();
    });
    root.append(make("label", { for: id }, words), range, readout);
    return () => {
      range.value = values[name];
      show();
    };
  });
  root.append(make("figure", {}, image), trouble, spoken);
  keepToItself(root);
  el.append(root);

  function ask() {
    if (!moved || waiting) return;
    moved = false;
    waiting = setTimeout(() => {
      waiting = 0;
      trouble.textContent = "No kernel answers. Run this cell, or wait until the kernel is idle.";
    }, PATIENCE);
    model.set("values", { ...values });
    model.set("asked", model.get("asked") + 1);
    model.save_changes();
  }
  function paint() {
    image.src = model.get("picture");
    image.alt = model.get("words");
    image.width = model.get("width");
    trouble.textContent = model.get("trouble");
    clearTimeout(speaking); // a screen reader hears the words when the figure has come to rest
    speaking = setTimeout(() => (spoken.textContent = model.get("words")), 600);
  }
  function answered() {
    clearTimeout(waiting);
    waiting = 0;
    paint();
    ask();
  }
  function told() {
    if (!moved && !waiting) Object.assign(values, model.get("values"));
    rows.forEach((show) => show());
  }
  model.on("change:answered", answered);
  model.on("change:values", told);
  told();
  paint();
  return () => {
    clearTimeout(waiting);
    clearTimeout(speaking);
    model.off("change:answered", answered);
    model.off("change:values", told);
  };
}

export default { render };
