// A key to be pressed by mouse, finger or space bar: it sounds, and notes when it went down and up, in seconds.
// After a pause the times go to the kernel, which says what the network has read.

const PITCH = 625; // hertz
const PAUSE = 1500; // ms of silence after which the message is over

function render({ model, el }) {
  const [button, said] = [document.createElement("button"), document.createElement("p")];
  button.textContent = "Key: hold for a dash, tap for a dot";
  button.style = "font:inherit;padding:1.2em 2em;touch-action:none;user-select:none;cursor:pointer";
  said.setAttribute("role", "status");
  let [taps, down, begun, timer, sounding] = [[], null, 0, 0, null];

  const press = (event) => {
    if (down !== null) return;
    clearTimeout(timer);
    down = event.timeStamp; // when it happened, also where the page is busy and hears of it late
    if (!taps.length) begun = down;
    button.style.outline = "4px solid #A84300";
    sounding = tone();
  };
  const release = (event) => {
    if (down === null) return;
    taps.push([(down - begun) / 1000, (event.timeStamp - begun) / 1000]);
    down = null;
    button.style.outline = "";
    sounding?.();
    timer = setTimeout(send, PAUSE);
  };
  const send = () => {
    model.set("taps", taps);
    model.save_changes();
    taps = [];
    said.textContent = "…";
  };
  const show = () => (said.textContent = model.get("said"));
  const onSpace = (then) => (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation(); // else the notebook scrolls
    if (!event.repeat) then(event);
  };

  button.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    press(event);
  });
  for (const end of ["pointerup", "pointercancel", "blur"]) button.addEventListener(end, release);
  button.addEventListener("keydown", onSpace(press));
  button.addEventListener("keyup", onSpace(release));
  model.on("change:said", show);
  show();
  el.append(button, said);
  return () => {
    clearTimeout(timer);
    model.off("change:said", show);
  };
}

function tone() {
  // Starts a tone and returns what stops it; where a browser makes no sound, the key works all the same.
  try {
    const context = new AudioContext();
    const [source, gain] = [context.createOscillator(), context.createGain()];
    source.frequency.value = PITCH;
    gain.gain.value = 0.1;
    source.connect(gain).connect(context.destination);
    source.start();
    return () => context.close();
  } catch {
    return () => {};
  }
}

export default { render };
