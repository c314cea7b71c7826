// A trained network that reads what one types, letter by letter. All of it is computed here, in the page.
//
//   unpack(network)     the weights, from 16 bits each
//   step(net, k, …)     the six formulas for the symbol k, and the read-out
//   render(…)           what anywidget calls: build the parts once, repaint them when the text has changed

// --- the network ---------------------------------------------------------------------------------------------------

const sigma = (a) => 1 / (1 + Math.exp(-a));

// IEEE 754: a sign, five bits of exponent, ten of fraction
function fromHalf(bits) {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

export function unpack({ H, symbols, weights }) {
  const [V, bytes] = [symbols.length, Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0))];
  const numbers = Float64Array.from({ length: bytes.length / 2 }, (_, n) => fromHalf(bytes[2 * n] | (bytes[2 * n + 1] << 8)));
  const [net, Z] = [{ H, V }, H + V];
  const sizes = { W_f: H * Z, W_i: H * Z, W_C: H * Z, W_o: H * Z, b_f: H, b_i: H, b_C: H, b_o: H, W_y: V * H, b_y: V };
  let start = 0;
  for (const [name, size] of Object.entries(sizes)) net[name] = numbers.subarray(start, (start += size));
  return net;
}

// x is a column with a single 1, at k: of W · [h, x] the part on x is one column of W.
function sums(net, letter, k, h) {
  const [W, b, Z] = [net[`W_${letter}`], net[`b_${letter}`], net.H + net.V];
  return Float64Array.from({ length: net.H }, (_, j) => {
    let a = b[j] + W[j * Z + net.H + k];
    for (let n = 0; n < net.H; n++) a += W[j * Z + n] * h[n];
    return a;
  });
}

export function step(net, k, h_prev, C_prev) {
  const f_t = sums(net, "f", k, h_prev).map(sigma);
  const i_t = sums(net, "i", k, h_prev).map(sigma);
  const C_tilde = sums(net, "C", k, h_prev).map(Math.tanh);
  const C_t = C_prev.map((C, j) => f_t[j] * C + i_t[j] * C_tilde[j]);
  const o_t = sums(net, "o", k, h_prev).map(sigma);
  const h_t = C_t.map((C, j) => o_t[j] * Math.tanh(C));
  return { f_t, i_t, C_tilde, C_t, o_t, h_t, p: foreseen(net, h_t) };
}

function foreseen(net, h) {
  const y = Float64Array.from({ length: net.V }, (_, k) => h.reduce((sum, h_j, j) => sum + net.W_y[k * net.H + j] * h_j, net.b_y[k]));
  const top = Math.max(...y);
  const e = y.map((a) => Math.exp(a - top));
  const total = e.reduce((sum, one) => sum + one, 0);
  return e.map((one) => one / total);
}

export function read(net, codes) {
  const steps = [];
  let state = { h_t: new Float64Array(net.H), C_t: new Float64Array(net.H) };
  for (const k of codes) steps.push((state = step(net, k, state.h_t, state.C_t)));
  return steps;
}

// --- small makers --------------------------------------------------------------------------------------------------

function html(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}
const text = (number) => (Math.abs(number) < 0.0005 ? 0 : number).toFixed(3).replace("-", "−");
const percent = (p) => `${(100 * p).toFixed(p < 0.0995 ? 1 : 0)} %`;

// What a memory looks like: blue below zero, white at zero, orange above; black can be read on all of it.
function colour(C) {
  const strength = Math.tanh(Math.abs(C) / 2);
  const [r, g, b] = C < 0 ? [111, 174, 226] : [243, 165, 92];
  return `rgb(${[r, g, b].map((full) => Math.round(255 + strength * (full - 255))).join(",")})`;
}

// How many brackets are open after each character; a closer with nothing to close leaves it at zero.
function depths(characters) {
  let open = 0;
  return characters.map((one) => (open = Math.max(0, open + ("([{".includes(one) ? 1 : ")]}".includes(one) ? -1 : 0))));
}

// --- all of it -----------------------------------------------------------------------------------------------------

const GATES = { f_t: "forget gate f", i_t: "input gate i", C_tilde: "candidate C̃", C_t: "cell state C", o_t: "output gate o", h_t: "hidden state h" };
const LONGEST = 300;

function slider(words, value, max) {
  const input = html("input", { type: "range", min: 0, max, step: 1, value, "aria-label": words });
  return { input, node: html("label", {}, html("span", {}, words), input) };
}

function render({ model, el }) {
  const network = model.get("network");
  const [net, symbols] = [unpack(network), [...network.symbols]];
  const field = html("input", { type: "text", maxlength: LONGEST, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  const note = html("p", { class: "note", role: "status" });
  const letters = html("div", { class: "letters", role: "img" });
  const place = slider("place", 0, 0);
  const unit = slider("unit", network.marked, net.H - 1);
  const title = html("p", { class: "title" });
  const bars = symbols.map((symbol, k) => {
    const [bar, value] = [html("i", {}), html("b", { "data-name": `p-${k}` })];
    return { bar, value, node: html("div", { class: "bar" }, html("span", {}, symbol), html("span", { class: "track" }, bar), value) };
  });
  const cells = Array.from({ length: net.H }, (_, j) => {
    const cell = html("b", { "data-name": `C-${j}`, title: `unit ${j}` });
    cell.addEventListener("click", () => ((unit.input.value = j), paint()));
    return cell;
  });
  const gates = Object.entries(GATES).map(([name, words]) => ({ name, words, node: html("li", {}) }));
  const gateTitle = html("p", { class: "title" });
  const spoken = html("p", { class: "spoken", role: "status", "aria-live": "polite" });
  const root = html("div", { class: "lstm-typed lstm-paper", role: "group", "aria-label": "A trained network that reads what you type" });
  const examples = html("div", { class: "examples", role: "group", "aria-label": "examples" });
  for (const example of network.examples) {
    const button = html("button", { type: "button" }, example);
    button.addEventListener("click", () => write(example));
    examples.append(button);
  }
  root.append(
    html("label", { class: "field" }, html("span", {}, `Type: ${network.symbols}`), field),
    examples, note, letters, place.node,
    html("div", { class: "panels" },
      html("div", {}, title, ...bars.map((bar) => bar.node)),
      html("div", {}, html("p", { class: "title" }, "The memory C of all units"), html("div", { class: "cells" }, ...cells), unit.node, gateTitle, html("ul", {}, ...gates.map((gate) => gate.node))),
    ),
    spoken,
  );
  keepToItself(root);
  el.append(root);
  let [steps, characters, speaking] = [[], [], 0];

  function write(value) {
    field.value = value;
    typed();
  }
  function typed() {
    model.set("text", field.value);
    model.save_changes();
  }
  function changed() {
    if (field.value !== model.get("text")) field.value = model.get("text");
    const all = [...model.get("text")].slice(0, LONGEST);
    characters = all.filter((one) => symbols.includes(one));
    const strange = [...new Set(all.filter((one) => !symbols.includes(one)))];
    const named = strange.map((one) => one.trim() || "a blank").join(" ");
    note.textContent = strange.length ? `Passed over, since the network has never seen it: ${named}` : "";
    steps = read(net, characters.map((one) => symbols.indexOf(one)));
    const open = depths(characters);
    letters.replaceChildren(...characters.map((one, t) => {
      const node = html("span", {}, one, html("small", {}, open[t]));
      node.addEventListener("click", () => ((place.input.value = t), paint()));
      return node;
    }));
    place.input.max = Math.max(0, characters.length - 1);
    place.input.value = place.input.max; // what is typed is looked at
    paint();
  }
  function paint() {
    const [t, j] = [place.input.valueAsNumber, unit.input.valueAsNumber];
    const nothing = { p: null, C_t: new Float64Array(net.H) };
    const now = steps[t] || nothing;
    const p = now.p || foreseen(net, new Float64Array(net.H));
    bars.forEach(({ bar, value }, k) => {
      bar.style.width = `${100 * p[k]}%`;
      [value.textContent, value.dataset.value] = [percent(p[k]), p[k]];
    });
    cells.forEach((cell, n) => {
      cell.style.background = colour(now.C_t[n]);
      cell.className = [n === j ? "chosen" : "", n === network.marked ? "marked" : ""].join(" ").trim();
      cell.dataset.value = now.C_t[n];
    });
    [...letters.children].forEach((node, n) => {
      node.style.background = colour(steps[n].C_t[j]);
      node.className = n === t ? "chosen" : "";
    });
    const before = characters.slice(0, t + 1).join("");
    title.textContent = before ? `What it expects after …${before.slice(-8)}` : "What it expects at the start";
    gateTitle.textContent = `Unit ${j}${j === network.marked ? ", the one that counts the depth" : ""}`;
    for (const { name, words, node } of gates) node.textContent = `${words}: ${now[name] ? text(now[name][j]) : "–"}`;
    const likely = [...p.keys()].sort((a, b) => p[b] - p[a]).slice(0, 3).map((k) => `${symbols[k]} ${percent(p[k])}`);
    letters.setAttribute("aria-label", `The text, coloured by the memory of unit ${j}, with the depth below each character`);
    place.input.setAttribute("aria-valuetext", characters[t] ? `character ${t + 1}, ${characters[t]}` : "nothing typed");
    root.dataset.painted = Number(root.dataset.painted || 0) + 1;
    clearTimeout(speaking); // a screen reader hears it when it has come to rest
    const words = `After ${before || "nothing"}: most likely ${likely.join(", ")}. Unit ${j} holds ${text(now.C_t[j])}.`;
    speaking = setTimeout(() => (spoken.textContent = words), 400);
  }
  field.addEventListener("input", typed);
  for (const { input } of [place, unit]) input.addEventListener("input", paint);
  model.on("change:text", changed);
  changed();
  return () => {
    clearTimeout(speaking);
    model.off("change:text", changed);
  };
}

export default { render };
