// A question: radio buttons, or a field for a number, and a line that says what has become of the guess.
//
// What is chosen goes to the kernel, which answers what it took it for; until it has, nothing is said to be kept.

const PATIENCE = 4000; // ms without an answer, before the page says so

function render({ model, el }) {
  const choices = model.get("choices");
  const box = document.createElement("fieldset");
  const legend = document.createElement("legend");
  const status = document.createElement("p");
  const group = `guess-${Math.random()}`; // one name makes the buttons one group for the arrow keys
  let [waiting, last] = [0, null];
  box.className = "lstm-guess";
  legend.textContent = model.get("question");
  status.setAttribute("role", "status");
  box.append(legend);

  const inputs = (choices.length ? choices : ["Your guess"]).map((words, place) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    if (choices.length) {
      Object.assign(input, { type: "radio", name: group });
      input.addEventListener("change", () => send(place));
      label.append(input, words);
    } else {
      Object.assign(input, { type: "text", inputMode: "decimal", autocomplete: "off" });
      input.addEventListener("change", () => send(input.value));
      input.addEventListener("keydown", (event) => event.key === "Enter" && send(input.value));
      label.append(words, input, model.get("unit"));
    }
    box.append(label);
    return input;
  });
  box.append(status);
  keepToItself(box);
  el.append(box);

  function send(value) {
    if (value === last || value === "") return;
    last = value;
    status.textContent = "…";
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      status.textContent = "Not kept: no kernel answers. Wait until it is idle, or run this cell again.";
      last = null;
    }, PATIENCE);
    model.set("given", value);
    model.set("sent", model.get("sent") + 1);
    model.save_changes();
  }
  function taken() {
    clearTimeout(waiting);
    update();
  }
  function update() {
    const guess = model.get("guess");
    // a control that is switched off lets go of the keys: hand them to the active cell, so that Shift + Enter reads on
    const active = el.closest(".jp-Notebook")?.querySelector(".jp-Cell.jp-mod-active");
    if (model.get("closed") && box.contains(box.getRootNode().activeElement)) active?.focus();
    inputs.forEach((input, place) => {
      input.disabled = model.get("closed");
      if (choices.length) input.checked = guess === place;
      else if (guess !== null && input !== input.getRootNode().activeElement) input.value = guess;
    });
    if (guess === null) last = null; // the same may be chosen again
    status.textContent = model.get("note");
  }
  const changes = { "change:taken": taken, "change:guess": update, "change:note": update, "change:closed": update };
  for (const [change, listener] of Object.entries(changes)) model.on(change, listener);
  update();
  return () => {
    clearTimeout(waiting);
    for (const [change, listener] of Object.entries(changes)) model.off(change, listener);
  };
}

export default { render };
