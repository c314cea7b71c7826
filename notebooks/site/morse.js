// What the key of lesson 12 asks: its tones cut into frames, noise, the network, and what both read. As lstm_lib.morse.

(() => {
  const UNIT = 3; // frames a dot

  const sigma = (a) => 1 / (1 + Math.exp(-a));

  function unpack({ weights, sizes }) {
    const numbers = new Float32Array(Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0)).buffer);
    const net = {};
    let start = 0;
    for (const [name, [rows, columns]] of Object.entries(sizes)) {
      net[name] = { rows, columns, numbers: numbers.subarray(start, (start += rows * columns)) };
    }
    return net;
  }

  function affine(W, b, z) {
    return Float64Array.from({ length: W.rows }, (_, j) => {
      let a = b.numbers[j];
      for (let n = 0; n < W.columns; n++) a += W.numbers[j * W.columns + n] * z[n];
      return a;
    });
  }

  // The place in the tree of letters that the network says in each frame.
  function places(net, x) {
    let [h, C] = [new Float64Array(net.W_f.rows), new Float64Array(net.W_f.rows)];
    return x.map((heard) => {
      const z = [...h, 2 * heard - 1];
      const f = affine(net.W_f, net.b_f, z).map(sigma);
      const i = affine(net.W_i, net.b_i, z).map(sigma);
      const candidate = affine(net.W_C, net.b_C, z).map(Math.tanh);
      C = C.map((old, j) => f[j] * old + i[j] * candidate[j]);
      const o = affine(net.W_o, net.b_o, z).map(sigma);
      h = C.map((now, j) => o[j] * Math.tanh(now));
      const y = affine(net.W_y, net.b_y, h);
      return y.indexOf(Math.max(...y));
    });
  }

  // Frames a dot: dots and dashes are two groups of lengths, about the means of their logarithms.
  function unitOf(lengths) {
    if (!lengths.length) return 1;
    const logs = lengths.map(Math.log);
    const mean = (some) => some.reduce((sum, one) => sum + one, 0) / some.length;
    let [dot, dash] = [Math.min(...logs), Math.max(...logs)];
    for (let n = 0; n < 20; n++) {
      const middle = (dot + dash) / 2;
      const [shorter, longer] = [logs.filter((one) => one <= middle), logs.filter((one) => one > middle)];
      if (!shorter.length || !longer.length) break;
      [dot, dash] = [mean(shorter), mean(longer)];
    }
    return Math.exp((dot + dash - Math.log(3)) / 2);
  }

  // The share of each frame in which the tone is on, and the length of a dot in seconds.
  function recorded(taps) {
    const dot = unitOf(taps.map(([down, up]) => up - down));
    const tones = taps.map((tap) => tap.map((edge) => ((edge - taps[0][0]) * UNIT) / dot + 3 * UNIT));
    const frames = Math.ceil(tones.at(-1)[1] + 7 * UNIT);
    const share = (n, [down, up]) => Math.max(0, Math.min(n + 1, up) - Math.max(n, down));
    return { dot, on: Array.from({ length: frames }, (_, n) => tones.reduce((sum, tone) => sum + share(n, tone), 0)) };
  }

  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const hear = (on, noise) => on.map((share) => Math.hypot(share + noise * normal(), noise * normal()));

  // The letters that are read off where the place falls back to the root; of three frames the place of most counts.
  function read(places, letters) {
    const at = (n) => places[Math.max(0, Math.min(places.length - 1, n))];
    let [text, before] = ["", 0];
    places.forEach((_, n) => {
      const three = [at(n - 1), at(n), at(n + 1)];
      const count = (place) => three.filter((other) => other === place).length;
      const here = Math.min(...three.filter((place) => count(place) === Math.max(...three.map(count))));
      if (before && !here) text += letters[before - 1];
      before = here;
    });
    return text;
  }

  // The plain rule: a level, and the lengths of tones and pauses.
  function byRule(x, codes) {
    const runs = [];
    for (const on of x.map((heard) => heard > 0.5)) {
      if (runs.length && runs.at(-1).on === on) runs.at(-1).frames += 1;
      else runs.push({ on, frames: 1 });
    }
    const unit = unitOf(runs.filter((run) => run.on).map((run) => run.frames));
    const letterOf = Object.fromEntries(Object.entries(codes).map(([letter, code]) => [code, letter]));
    let [text, code] = ["", ""];
    for (const { on, frames } of runs) {
      if (on) code += frames < 2 * unit ? "." : "-";
      else if (frames > 2 * unit) [text, code] = [text + (letterOf[code] || ""), ""];
    }
    return text;
  }

  window.lstmRead = (reader, taps) => {
    const { dot, on } = recorded(taps);
    const x = hear(on, reader.noise);
    const text = read(places(unpack(reader), x), Object.keys(reader.codes).join(""));
    const tones = `${taps.length} tone${taps.length > 1 ? "s" : ""}, a dot of ${dot.toFixed(2)} seconds`;
    return `${tones}: the network reads ${text || "nothing"}, the plain rule ${byRule(x, reader.codes) || "nothing"}.`;
  };
})();
