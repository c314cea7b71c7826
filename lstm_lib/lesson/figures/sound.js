function (name) {
  // Lights the Morse tree while its sound plays; who asks for less motion gets the letters, and a tree that rests.
  for (const root of document.querySelectorAll(`#${name}:not([data-alive])`)) {
    root.dataset.alive = "yes";
    const still = root.querySelector("img.still");
    const tree = atob(still.src.split(",")[1]);
    still.outerHTML = new TextDecoder().decode(Uint8Array.from(tree, letter => letter.charCodeAt(0)));
    const [audio, said] = [root.querySelector("audio"), root.querySelector(".said")];
    const { places, frame } = root.dataset;
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const light = () => {
      const t = Math.min(Math.floor(audio.currentTime / frame), places.length - 1);
      const here = root.querySelector(`[data-letter="${places[t]}"]`);
      const code = here ? here.dataset.code : "";
      for (const part of root.querySelectorAll("[data-code]"))
        part.classList.toggle("lit", !calm.matches && code.startsWith(part.dataset.code));
      said.textContent = places.slice(0, t + 1).match(/[A-Z](?= )/g)?.join("") ?? "";
    };
    const follow = () => {
      light();
      if (!audio.paused) requestAnimationFrame(follow);
    };
    audio.addEventListener("play", follow);
    for (const happening of ["seeked", "ended"]) audio.addEventListener(happening, light);
  }
}
