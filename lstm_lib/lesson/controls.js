// What every control of a lesson does about the notebook around it. This stands in front of each of the other files.

const OF_CONTROLS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"];

// JupyterLab listens further out. It must not hear the keys that a control needs for itself, or an arrow would move on to
// the next cell. It must hear Shift + Enter. Nor must it hear of a click: the cell that comes next stays the active one,
// and Shift + Enter runs it.
function keepToItself(root) {
  root.addEventListener("keydown", (event) => {
    const isWriting = ["text", "number"].includes(event.target.type);
    const runs = event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey);
    const saves = event.key === "s" && (event.ctrlKey || event.metaKey);
    if (OF_CONTROLS.includes(event.key) || (isWriting && !runs && !saves)) event.stopPropagation();
  });
  for (const kind of ["mousedown", "focusin"]) root.addEventListener(kind, (event) => event.stopPropagation());
}

