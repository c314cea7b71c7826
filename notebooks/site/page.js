// What a page of the site does by itself: where a lesson would ask its kernel, the answer comes from here.
//
//   KERNELS      for each kind of figure, what answers when it asks
//   guesses      kept in the browser, where it lets us; the answer opens when one has been made
//   awaken()     puts the live figures in the places of the still ones

(() => {
  const HERE = new URL(".", document.currentScript.src).href;
  const STORE = "lstm-by-hand.guesses";

  // --- guesses: { key: { lesson, question, said, right, it, guess } } ------------------------------------------------

  let guesses = {};
  try {
    guesses = JSON.parse(localStorage.getItem(STORE)) || {};
  } catch {
    // opened from disk, or storage is denied: they last as long as the page
  }
  function keep() {
    try {
      localStorage.setItem(STORE, JSON.stringify(guesses));
    } catch {
      // see above
    }
  }

  // What somebody has typed: 2.5, 2,5, 1/2, 14 steps.
  function numberIn(typed, unit) {
    const text = typed.trim().replace("−", "-");
    const plain = (unit && text.endsWith(unit) ? text.slice(0, -unit.length) : text).trim();
    if (/\b[1-9]\d{0,2}(,\d{3})+\b/.test(plain)) throw `Does the comma in ${plain} mark thousands or decimals? Write it without a comma.`;
    const parts = plain.replaceAll(",", ".").split("/");
    const [over, under] = parts.map((part) => (part.trim() ? Number(part) : NaN));
    const number = parts.length === 1 ? over : parts.length === 2 ? over / under : NaN;
    if (!Number.isFinite(number)) throw `“${plain}” is no number that I understand: write it as 14, 2.5 or 1/2.`;
    return number;
  }

  function taken(model) {
    const { choices, unit, given, key, question, answer, within } = model.state;
    try {
      const guess = choices.length ? given : numberIn(given, unit);
      const say = (value) => (choices.length ? choices[value] : `${+value.toPrecision(4)}`);
      const right = choices.length ? guess === answer : Math.abs(guess - answer) <= within * Math.abs(answer);
      guesses[key] = { question, guess, said: say(guess), it: say(answer), right };
      keep();
      settle(model);
      open(key);
      sumUp();
    } catch (words) {
      if (typeof words !== "string") throw words;
      model.tell({ note: words });
    }
    model.tell({ taken: model.state.sent });
  }

  function settle(model) {
    const own = guesses[model.state.key];
    const verdict = own && (own.right && own.said === own.it ? `You guessed ${own.said}, and so it is.` : `You guessed ${own.said}; it is ${own.it}${own.right ? ": close." : "."}`);
    const how = model.state.choices.length ? "Choose" : "Type a number";
    model.tell({ guess: own ? own.guess : null, closed: Boolean(own), note: own ? `${verdict} The answer is open below.` : `${how}, and the answer opens.` });
  }

  // Opens what lies folded between a question and its answer, and why.
  function open(key) {
    const answer = document.querySelector(`.lstm-answer[data-key="${key}"]`);
    const asked = document.querySelector(`.lstm-live[data-key="${key}"]`);
    const after = (node, other) => node.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    const folds = [...document.querySelectorAll("details")].filter((fold) => after(asked, fold));
    folds.filter((fold) => fold.contains(answer) || (after(fold, answer) && fold.querySelector(".cell_output"))).forEach((fold) => (fold.open = true));
    const why = folds.find((fold) => fold.matches(".why") && after(answer, fold));
    if (why && why.closest("section") === asked.closest("section")) why.open = true;
  }

  function sumUp() {
    const made = Object.entries(guesses).sort(([one], [other]) => (one < other ? -1 : 1));
    const wrong = made.filter(([, own]) => !own.right);
    for (const place of document.querySelectorAll(".lstm-summary")) {
      const words = document.createElement("p");
      words.textContent = `${made.length} ${made.length === 1 ? "guess" : "guesses"}, ${made.length - wrong.length} right.${wrong.length ? " Where your intuition was wrong:" : ""}`;
      if (!made.length) words.textContent = "No guesses yet. Wherever a lesson asks, choose; what you choose stays in this browser.";
      place.replaceChildren(words);
      if (!made.length) continue;
      if (wrong.length) {
        const table = document.createElement("table");
        table.className = "table";
        for (const row of [["where", "question", "your guess", "it is"], ...wrong.map(([key, own]) => [`lesson ${key.slice(0, 2)}`, own.question, own.said, own.it])]) {
          const line = table.insertRow();
          for (const cell of row) {
            const node = document.createElement(table.rows.length === 1 ? "th" : "td");
            node.textContent = cell;
            line.append(node);
          }
        }
        place.append(table);
      }
      const forget = document.createElement("button");
      forget.type = "button";
      forget.textContent = "Forget all guesses";
      forget.addEventListener("click", () => {
        guesses = {};
        keep();
        models.filter((model) => "answer" in model.state).forEach(settle);
        sumUp();
      });
      place.append(forget);
    }
  }

  // --- pictures that were drawn beforehand ---------------------------------------------------------------------------

  function picture(model) {
    const { controls, values, frames } = model.state;
    const place = controls.reduce((sum, { name, low, step }, n) => sum * frames.sizes[n] + Math.round((values[name] - low) / step), 0);
    if (!frames.loaded) {
      frames.loaded = frames.words.map((_, n) => Object.assign(new Image(), { src: `${HERE}frames/${frames.name}-${n}.webp` }));
    }
    model.tell({ picture: frames.loaded[place].src, words: frames.words[place], answered: model.state.asked });
  }

  // --- live figures --------------------------------------------------------------------------------------------------

  const KERNELS = {
    guess: { asks: "sent", answer: taken },
    _Explorer: { asks: "asked", answer: picture },
    Key: { asks: "taps", answer: (model) => model.tell({ said: window.lstmRead(model.state.reader, model.state.taps) }) },
  };

  class Model {
    constructor(state) {
      [this.state, this.heard, this.asked] = [state, {}, []];
    }
    get(key) {
      return this.state[key];
    }
    set(key, value) {
      this.tell({ [key]: value });
      this.asked.push(key);
    }
    on(event, listener) {
      (this.heard[event] ||= []).push(listener);
    }
    off(event, listener) {
      this.heard[event] = (this.heard[event] || []).filter((other) => other !== listener);
    }
    // all values first, as in one message of a kernel, and then who listens
    tell(values) {
      const changed = Object.keys(values).filter((key) => this.state[key] !== values[key]);
      Object.assign(this.state, values);
      changed.forEach((key) => this.heard[`change:${key}`]?.forEach((listener) => listener()));
    }
    save_changes() {
      const asked = this.asked;
      this.asked = [];
      if (asked.includes(this.kernel?.asks)) queueMicrotask(() => this.kernel.answer(this)); // later, as a kernel does
    }
  }

  const models = [];
  function awaken() {
    for (const place of document.querySelectorAll(".lstm-live")) {
      const { program } = place.dataset;
      const model = new Model(JSON.parse(place.querySelector("script").textContent));
      model.kernel = KERNELS[program];
      if (program === "guess") {
        place.dataset.key = model.state.key;
        settle(model);
      }
      place.replaceChildren();
      window.lstmPrograms[program].render({ model, el: place });
      models.push(model);
    }
    for (const key of Object.keys(guesses)) if (document.querySelector(`.lstm-live[data-key="${key}"]`)) open(key);
    sumUp();
  }

  // What the theme tells a screen reader is not always what one sees.
  function named() {
    for (const node of document.querySelectorAll("details.hide > summary, .search-button-field")) node.removeAttribute("aria-label");
    for (const node of document.querySelectorAll(".has-children > details > summary")) node.setAttribute("aria-label", "The pages below");
  }

  // What is wider than the page is scrolled in its own box, which the keyboard has to reach.
  function reachable() {
    for (const node of document.querySelectorAll(".bd-article pre, .bd-article .output, .bd-article mjx-container, .pst-scrollable-table-container")) {
      if (node.scrollWidth > node.clientWidth + 1) node.tabIndex = 0;
    }
  }

  // Results of a search cannot be quoted from disk.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  addEventListener("DOMContentLoaded", awaken);
  addEventListener("load", named); // after the theme's own scripts
  addEventListener("load", reachable);
  addEventListener("resize", reachable);
})();
