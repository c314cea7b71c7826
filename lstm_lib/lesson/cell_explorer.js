// One LSTM cell under the fingers: the numbers go in by sliders, the six quantities are computed here, in the page.
//
//   step(v)      the six formulas, one line each
//   render(…)    what anywidget calls: build the parts once, repaint them when a number has changed
//
// Nothing is fetched and nothing runs while nobody moves anything, so the figure lives in a saved page, too.

const sigma = (a) => 1 / (1 + Math.exp(-a));

// v holds x_t, h_prev, C_prev, W_f = [w_fh, w_fx], b_f, and so on; the names are those of lstm_lib.lstm.
export function step(v) {
  const a = (W, b) => W[0] * v.h_prev + W[1] * v.x_t + b;
  const [a_f, a_i, a_C, a_o] = [a(v.W_f, v.b_f), a(v.W_i, v.b_i), a(v.W_C, v.b_C), a(v.W_o, v.b_o)];
  const f_t = sigma(a_f);
  const i_t = sigma(a_i);
  const C_tilde = Math.tanh(a_C);
  const kept = f_t * v.C_prev;
  const written = i_t * C_tilde;
  const C_t = kept + written;
  const o_t = sigma(a_o);
  const tanh_C = Math.tanh(C_t);
  const h_t = o_t * tanh_C;
  return { a_f, a_i, a_C, a_o, f_t, i_t, C_tilde, kept, written, C_t, o_t, tanh_C, h_t };
}

// --- what there is -------------------------------------------------------------------------------------------------

// A gate: its letter in W and b, its quantity, and its curve. A slope below a tenth of the greatest counts as flat.
const CURVES = {
  "σ": { at: sigma, slope: (y) => y * (1 - y), steepest: 0.25, low: 0 },
  tanh: { at: Math.tanh, slope: (y) => 1 - y * y, steepest: 1, low: -1 },
};
const GATES = [
  { letter: "f", name: "f_t", curve: "σ", asks: "how much is kept" },
  { letter: "i", name: "i_t", curve: "σ", asks: "how much is written" },
  { letter: "C", name: "C_tilde", curve: "tanh", asks: "what there is to write" },
  { letter: "o", name: "o_t", curve: "σ", asks: "how much is shown" },
];
const QUANTITIES = ["f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"];
const SPOKEN = { f_t: "f", i_t: "i", C_tilde: "C tilde", C_t: "C", o_t: "o", h_t: "h" };
const FLAT = 0.1;
const KEY =
  "A wire is as thick as its value is large, and dashed where it is negative. Grey: the curve is flat there, with less " +
  "than a tenth of its greatest slope: saturated.";

const text = (number) => (Math.abs(number) < 0.0005 ? 0 : number).toFixed(3).replace("-", "−");
const isFlat = (curve, y) => CURVES[curve].slope(y) < FLAT * CURVES[curve].steepest;

function stateOf(curve, y) {
  const where = curve === "tanh" ? "" : y > 0.9 ? "open" : y < 0.1 ? "shut" : "partly open";
  return [where, isFlat(curve, y) ? "saturated" : ""].filter(Boolean).join(", ");
}

function inWords(r) {
  const values = QUANTITIES.map((name) => `${SPOKEN[name]} is ${text(r[name])}`).join(", ");
  const saturated = GATES.filter((gate) => isFlat(gate.curve, r[gate.name])).map((gate) => SPOKEN[gate.name]);
  return `${values}. Kept ${text(r.kept)}, written ${text(r.written)}. Saturated: ${saturated.join(", ") || "none"}.`;
}

// --- small makers --------------------------------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}
const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// "$\tilde{C}_t$" -> the letter, and what stands below it
function symbol(tex) {
  const [, tilde, letter, below] = tex.match(/^\$(\\tilde)?\{?(\w)\}?_\{?([\w-]+)\}?\$$/);
  return [letter + (tilde ? "\u0303" : ""), below.replace("-", "−")];
}
function symbolHtml(tex) {
  const [letter, below] = symbol(tex);
  return html("span", { class: "symbol" }, html("i", {}, letter), html("sub", {}, below));
}
function symbolSvg(tex, attributes) {
  const [letter, below] = symbol(tex);
  const sub = svg("tspan", { dy: 9, "font-size": "70%", "font-style": "normal" }, below);
  return svg("text", { class: "symbol", ...attributes }, letter, sub);
}

// The markers of the figures, by matplotlib's letters.
const MARKERS = {
  o: "M-7,0a7,7 0 1,0 14,0a7,7 0 1,0 -14,0Z",
  "^": "M0,-8L8,6L-8,6Z",
  D: "M0,-9L9,0L0,9L-9,0Z",
  s: "M-6.5,-6.5H6.5V6.5H-6.5Z",
  P: "M-3,-8H3V-3H8V3H3V8H-3V3H-8V-3H-3Z",
  X: "M-8,-4L-4,-8L0,-4L4,-8L8,-4L4,0L8,4L4,8L0,4L-4,8L-8,4L-4,0Z",
  ".": "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0Z",
};
const marker = (look) => svg("path", { d: MARKERS[look.marker], fill: look.colour, class: "marker" });
const badge = (look) => svg("svg", { viewBox: "-10 -10 20 20", class: "badge", "aria-hidden": "true" }, marker(look));

// --- the circuit ---------------------------------------------------------------------------------------------------

const UNIT = 100; // units of the drawing, to one of the diagram's
const place = ([x, y]) => [UNIT * x, UNIT * (5.75 - y)];
const ARROW = 16;
const ANCHOR = { left: "start", center: "middle", right: "end" };

function circuit(drawing) {
  const colour = (name) => drawing.looks[name].colour;
  const wires = drawing.wires.map(([name, ...path], n) => {
    const points = path.map(place);
    const line = svg("polyline", { fill: "none", stroke: colour(name) });
    const joined = drawing.joins.some((end) => String(end) === String(path.at(-1)));
    const parts = joined ? [line] : [line, arrow(points, colour(name))];
    line.setAttribute("points", points.join(" "));
    return { line, carries: drawing.carries[n], node: svg("g", {}, ...parts) };
  });
  const boxes = drawing.boxes.map(([name, x, y, squash, filled]) => {
    const [cx, cy] = place([x, y]);
    const size = { x: cx - 60, y: cy - 45, width: 120, height: 90, rx: 10 };
    const paint = { fill: filled ? colour(name) : "white", stroke: colour(name), "stroke-width": 4 };
    const word = svg("text", { x: cx, y: cy, class: "squash", fill: filled ? "white" : colour(name) }, squash);
    return svg("g", {}, svg("rect", { ...size, ...paint }), word);
  });
  const nodes = drawing.nodes.map(([name, x, y, sign]) => {
    const [cx, cy] = place([x, y]);
    const ring = svg("circle", { cx, cy, r: 25, fill: "white", stroke: colour(name), "stroke-width": 4 });
    return svg("g", {}, ring, svg("text", { x: cx, y: cy, class: "sign", fill: colour(name) }, sign));
  });
  const labels = drawing.labels.map(([name, x, y, tex, align]) => {
    const [cx, cy] = place([x, y]);
    return symbolSvg(tex, { x: cx, y: cy, "text-anchor": ANCHOR[align], fill: colour(name) });
  });
  const values = drawing.values.map(([name, look, x, y, word, align]) => {
    const [cx, cy] = place([x, y]);
    const node = svg("text", { x: cx, y: cy, class: "value", "text-anchor": ANCHOR[align], fill: colour(look) });
    return { name, word, node };
  });
  const parts = [...wires.map((wire) => wire.node), ...boxes, ...nodes, ...labels, ...values.map((v) => v.node)];
  const node = svg("svg", { viewBox: "-165 0 1360 630", class: "circuit", role: "img" }, ...parts);

  function paint(numbers, words) {
    for (const { line, carries } of wires) {
      const value = carries === "z" ? 0.15 : numbers[carries];
      line.setAttribute("stroke-width", 2 + 9 * Math.min(1.5, Math.abs(value)));
      line.setAttribute("stroke-dasharray", value < 0 ? "14 8" : "none");
    }
    for (const { name, word, node } of values) node.textContent = word + text(numbers[name]);
    node.setAttribute("aria-label", `The cell as a circuit; a wire is as thick as its value is large. ${words}`);
  }
  return { node, paint };
}

function arrow(points, colour) {
  const [[x0, y0], [x1, y1]] = points.slice(-2);
  const length = Math.hypot(x1 - x0, y1 - y0);
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  const back = [x1 - ARROW * dx, y1 - ARROW * dy];
  const side = (s) => [back[0] - s * ARROW * 0.7 * dy, back[1] + s * ARROW * 0.7 * dx];
  points[points.length - 1] = back; // the line ends where the arrow's head begins
  return svg("polygon", { points: [[x1, y1], side(1), side(-1)].join(" "), fill: colour });
}

// --- a squashing function, where the cell stands on it, and how steep it is there ------------------------------------

const WIDE = 6.5; // the sums that are drawn: −6.5 … 6.5, and the ones beyond at ±6
const PLOT = { width: 220, height: 90, pad: 10 };

function curvePlot(curve, look, whose) {
  const { at, slope, steepest, low } = CURVES[curve];
  const sx = (a) => PLOT.pad + ((a + WIDE) / (2 * WIDE)) * (PLOT.width - 2 * PLOT.pad);
  const sy = (y) => PLOT.height - PLOT.pad - ((y - low) / (1 - low)) * (PLOT.height - 2 * PLOT.pad);
  const sums = Array.from({ length: 105 }, (_, n) => -WIDE + n / 8);
  const edge = sums.find((a) => slope(at(a)) >= FLAT * steepest);
  const flat = [-WIDE, -edge].map((a) => {
    const size = { x: sx(a), y: 0, width: sx(edge) - sx(-WIDE), height: PLOT.height };
    return svg("rect", { ...size, class: "flat" });
  });
  const axes = [
    svg("line", { x1: sx(-WIDE), x2: sx(WIDE), y1: sy(0), y2: sy(0), class: "axis" }),
    svg("line", { x1: sx(0), x2: sx(0), y1: sy(low), y2: sy(1), class: "axis" }),
  ];
  const line = svg("polyline", { points: sums.map((a) => [sx(a), sy(at(a))]).join(" "), class: "curve" });
  const tangent = svg("line", { class: "tangent", stroke: look.colour });
  const point = svg("g", {}, marker(look));
  const parts = [...flat, ...axes, line, tangent, point];
  const size = { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, class: "plot", role: "img" };
  const node = svg("svg", size, ...parts);

  function paint(a) {
    const [y, seen] = [at(a), Math.max(-6, Math.min(6, a))];
    const [run, rise] = [sx(1) - sx(0), slope(y) * (sy(1) - sy(0))];
    const half = 34 / Math.hypot(run, rise); // the tangent is as long wherever it lies
    const [x, h] = [sx(seen), sy(at(seen))];
    const ends = { x1: x - half * run, x2: x + half * run, y1: h - half * rise, y2: h + half * rise };
    fill(tangent, ends, []);
    point.setAttribute("transform", `translate(${x},${h})`);
    const words = `${whose}: ${curve} of ${text(a)} is ${text(y)}, with slope ${text(slope(y))}`;
    node.setAttribute("aria-label", `${words}; the greatest slope is ${steepest}.`);
  }
  return { node, paint };
}

// --- the memory: kept, written, and what they come to ---------------------------------------------------------------

const ROWS = { C_prev: "before", kept: "kept", written: "written", C_t: "now" };

function memoryPlot(looks) {
  const [middle, reach] = [135, 80];
  const rows = Object.entries(ROWS).map(([name, word], n) => {
    const bar = svg("rect", { y: 4 + 22 * n, height: 16, class: name === "C_prev" ? "bar old" : "bar" });
    bar.setAttribute("fill", { C_prev: "white", written: looks.C_tilde.colour }[name] || looks.C_t.colour);
    return { name, bar, label: svg("text", { x: 0, y: 16 + 22 * n }, word) };
  });
  const axis = svg("line", { x1: middle, x2: middle, y1: 0, y2: 92, class: "axis" });
  const parts = [axis, ...rows.flatMap((row) => [row.label, row.bar])];
  const node = svg("svg", { viewBox: "0 0 220 92", class: "plot", role: "img" }, ...parts);

  function paint(v, r) {
    const ends = { C_prev: [0, v.C_prev], kept: [0, r.kept], written: [r.kept, r.C_t], C_t: [0, r.C_t] };
    const widest = Math.max(1, ...Object.values(ends).flat().map(Math.abs));
    for (const { name, bar } of rows) {
      const [from, to] = ends[name].map((value) => middle + (reach * value) / widest);
      bar.setAttribute("x", Math.min(from, to));
      bar.setAttribute("width", Math.abs(to - from));
    }
    const words = `Before ${text(v.C_prev)}, kept ${text(r.kept)}, written ${text(r.written)}, now ${text(r.C_t)}`;
    node.setAttribute("aria-label", `Bars for the memory. ${words}.`);
  }
  return { node, paint };
}

// --- the controls ---------------------------------------------------------------------------------------------------

// A number is named by its trait, and by its place in it where the trait is a row of weights.
function read(model, [trait, index]) {
  return index === undefined ? model.get(trait) : model.get(trait)[index];
}
function write(model, [trait, index], value) {
  model.set(trait, index === undefined ? value : model.get(trait).with(index, value));
}

function knob(model, key, tex, words, reach, said) {
  const range = html("input", { type: "range", min: -reach, max: reach, step: 0.1, "aria-label": words });
  const exact = html("input", { type: "number", step: 0.1, "aria-label": `${words}, as a number` });
  for (const input of [range, exact]) {
    input.dataset.key = key.join("-");
    input.addEventListener("input", () => {
      const value = input.valueAsNumber;
      if (Number.isFinite(value)) write(model, key, value);
    });
  }
  const node = html("div", { class: "knob" }, symbolHtml(tex), range, exact);

  function paint(results) {
    const value = read(model, key);
    if (range.valueAsNumber !== value) range.value = value;
    // what is being typed is left alone; everything else shows four decimals and keeps all of them
    if (exact !== exact.getRootNode().activeElement) exact.value = +value.toFixed(4);
    range.setAttribute("aria-valuetext", `${text(value)}; ${said(results)}`);
  }
  return { node, paint };
}

function gateCard(model, gate, looks) {
  const look = looks[gate.name];
  const plot = curvePlot(gate.curve, look, look.word);
  const value = html("b", { "data-name": gate.name });
  const [note, state] = [html("p", { class: "note" }), html("p", { class: "state" })];
  const said = (r) => `${SPOKEN[gate.name]} is ${text(r[gate.name])} ${stateOf(gate.curve, r[gate.name])}`;
  const [W, b] = [`W_${gate.letter}`, `b_${gate.letter}`];
  const whose = `in the ${look.word}`;
  const knobs = [
    knob(model, [W, 0], `$w_{${gate.letter}h}$`, `weight of h ${whose}`, 12, said),
    knob(model, [W, 1], `$w_{${gate.letter}x}$`, `weight of x ${whose}`, 12, said),
    knob(model, [b], `$b_{${gate.letter}}$`, `bias ${whose}`, 12, said),
  ];
  const title = html("legend", {}, badge(look), symbolHtml(look.symbol), ` ${look.word} `, value);
  const asks = html("p", { class: "asks" }, gate.asks);
  const node = html("fieldset", {}, title, asks, plot.node, note, state, ...knobs.map((k) => k.node));
  node.style.setProperty("--look", look.colour);

  function paint(r) {
    const [a, y] = [r[`a_${gate.letter}`], r[gate.name]];
    plot.paint(a);
    show(value, y);
    note.textContent = `${gate.curve}(${text(a)}), slope ${text(CURVES[gate.curve].slope(y))}`;
    state.textContent = stateOf(gate.curve, y);
    for (const k of knobs) k.paint(r);
  }
  return { node, paint };
}

function show(node, number) {
  node.textContent = text(number);
  node.dataset.value = String(number); // every digit, for whoever wants to check
}

function inputsCard(model) {
  const said = (r) => `C is ${text(r.C_t)}, h is ${text(r.h_t)}`;
  const knobs = [
    knob(model, ["x_t"], "$x_t$", "input x", 2, said),
    knob(model, ["h_prev"], "$h_{t-1}$", "hidden state h before the step", 1, said),
    knob(model, ["C_prev"], "$C_{t-1}$", "cell state C before the step", 4, said),
  ];
  const node = html("fieldset", { class: "inputs" }, html("legend", {}, "What comes in"), ...knobs.map((k) => k.node));
  return { node, paint: (r) => knobs.forEach((k) => k.paint(r)) };
}

function stateCards(looks) {
  const memory = memoryPlot(looks);
  const shown = curvePlot("tanh", looks.h_t, "tanh of the cell state");
  const cards = ["C_t", "h_t"].map((name) => {
    const value = html("b", { "data-name": name });
    const [note, state] = [html("p", { class: "note" }), html("p", { class: "state" })];
    const title = [badge(looks[name]), symbolHtml(looks[name].symbol), ` ${looks[name].word} `, value];
    const plot = name === "C_t" ? memory.node : shown.node;
    const node = html("div", { class: "card" }, html("p", { class: "title" }, ...title), plot, note, state);
    node.style.setProperty("--look", looks[name].colour);
    return { name, value, note, state, node };
  });

  function paint(v, r) {
    memory.paint(v, r);
    shown.paint(r.C_t);
    for (const { name, value } of cards) show(value, r[name]);
    const products = `${text(r.f_t)} · ${text(v.C_prev)} + ${text(r.i_t)} · ${text(r.C_tilde)}`;
    cards[0].note.textContent = `${products}: kept ${text(r.kept)}, written ${text(r.written)}`;
    const slope = `slope of tanh ${text(CURVES.tanh.slope(r.tanh_C))}`;
    cards[1].note.textContent = `${text(r.o_t)} · tanh(${text(r.C_t)}), ${slope}`;
    cards[1].state.textContent = stateOf("tanh", r.tanh_C);
  }
  return { nodes: cards.map((card) => card.node), paint };
}

function buttons(model, numbers) {
  const put = (values) => Object.entries(values).forEach(([key, value]) => model.set(key, value));
  const all = Object.entries(model.get("presets")).map(([name, values]) => {
    const button = html("button", { type: "button" }, name);
    button.addEventListener("click", () => put(values));
    return button;
  });
  const next = html("button", { type: "button", class: "next" }, "Next step");
  next.title = "h and C go in again, as the hidden state and the cell state before the next step";
  next.addEventListener("click", () => {
    const r = step(numbers());
    put({ h_prev: r.h_t, C_prev: r.C_t });
  });
  return html("div", { class: "buttons", role: "group", "aria-label": "settings" }, next, ...all);
}

// --- all of it ------------------------------------------------------------------------------------------------------

const TRAITS = ["x_t", "h_prev", "C_prev", ...GATES.flatMap(({ letter }) => [`W_${letter}`, `b_${letter}`])];

function render({ model, el }) {
  const drawing = model.get("drawing");
  let [due, unsent, speaking] = [false, false, 0];
  const hand = {
    get: (key) => model.get(key),
    set(key, value) {
      unsent = true;
      model.set(key, value);
    },
  };
  const numbers = () => Object.fromEntries(TRAITS.map((trait) => [trait, model.get(trait)]));
  const flow = circuit(drawing);
  const inputs = inputsCard(hand);
  const gates = GATES.map((gate) => gateCard(hand, gate, drawing.looks));
  const states = stateCards(drawing.looks);
  const spoken = html("p", { class: "spoken", role: "status", "aria-live": "polite" });
  const side = html("div", { class: "side" }, inputs.node, buttons(hand, numbers));
  const group = { class: "lstm-cell lstm-paper", role: "group", "aria-label": "The LSTM cell, with sliders" };
  const root = html("div", group);
  root.append(
    html("div", { class: "top" }, flow.node, side),
    html("div", { class: "cards" }, ...gates.map((gate) => gate.node), ...states.nodes),
    html("p", { class: "asks" }, KEY),
    spoken,
  );
  keepToItself(root);
  el.append(root);

  function paint() {
    due = false;
    const v = numbers();
    const r = step(v);
    const words = inWords(r);
    flow.paint({ ...v, ...r }, words);
    inputs.paint(r);
    for (const gate of gates) gate.paint(r);
    states.paint(v, r);
    root.dataset.painted = Number(root.dataset.painted || 0) + 1;
    if (unsent) model.save_changes(); // to Python, where there is one
    unsent = false;
    clearTimeout(speaking); // a screen reader hears the numbers when they have come to rest
    speaking = setTimeout(() => (spoken.textContent = words), 400);
  }
  function changed() {
    if (!due) requestAnimationFrame(paint);
    due = true;
  }
  for (const trait of TRAITS) model.on(`change:${trait}`, changed);
  paint();
  return () => {
    clearTimeout(speaking);
    for (const trait of TRAITS) model.off(`change:${trait}`, changed);
  };
}

export default { render };
