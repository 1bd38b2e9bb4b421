"use strict";
// Makes what already stands on the page easier to use; nothing on it depends on this running.
(() => {
  // charts: unpack Vega once, then let each drawn chart take the place of its picture
  const packed = document.getElementById("vega");
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%/()*+-;,=.?@^_`{|}~";
  const unpack = (element) => {
    const text = element.textContent;
    const bytes = new DataView(new ArrayBuffer(4 * Math.ceil(text.length / 5)));
    const values = new Map([...digits].map((digit, value) => [digit, value]));
    for (let at = 0; at < text.length; at += 5) {
      let four = 0; // each five digits to the base 85 are four bytes; missing ones at the end count as the last digit
      for (let i = at; i < at + 5; i++) four = four * 85 + (values.get(text[i]) ?? 84);
      bytes.setUint32((at / 5) * 4, four);
    }
    const packed = bytes.buffer.slice(0, Math.floor((text.length * 4) / 5));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };
  const draw = async () => {
    const script = document.createElement("script");
    script.textContent = await unpack(packed);
    document.head.append(script);
    const specs = JSON.parse(await unpack(document.getElementById("specs")));
    for (const [i, drawing] of document.querySelectorAll(".chart .drawing").entries()) {
      const picture = drawing.querySelector("svg");
      const place = document.createElement("div");
      place.className = "drawn";
      picture.before(place);
      try {
        const runtime = vega.parse(specs[i], null, { ast: true });
        const settings = { container: place, renderer: "svg", hover: true, tooltip: tell };
        await new vega.View(runtime, { ...settings, expr: vega.expressionInterpreter }).runAsync();
        picture.remove();
        hint(drawing, specs[i], walk(drawing));
      } catch (error) {
        place.remove(); // the picture stays
      }
    }
    document.documentElement.dataset.charts = "drawn";
  };

  // what a mark stands for, beside the pointer or the mark that has the focus
  const tip = document.createElement("dl");
  tip.className = "tip";
  tip.hidden = true;
  const tell = (_, event, item, said) => {
    tip.hidden = said == null || said === "";
    if (tip.hidden) return;
    const facts = typeof said === "object" ? Object.entries(said) : [["", said]];
    tip.replaceChildren(
      ...facts.flat().map((words, n) => {
        const cell = document.createElement(n % 2 ? "dd" : "dt");
        cell.textContent = words;
        return cell;
      }),
    );
    document.body.append(tip);
    const pointed = event.clientX !== undefined;
    const at = pointed ? { right: event.clientX, bottom: event.clientY } : event.target.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(at.right + 10, innerWidth - width - 4))}px`;
    tip.style.top = `${at.bottom + 10 + height > innerHeight ? Math.max(4, at.bottom - height - 14) : at.bottom + 10}px`;
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tip.hidden = true;
  });

  // by keyboard a chart is one stop; the arrows then go from mark to mark, and Enter does what a click does
  const walk = (drawing) => {
    const marks = () =>
      [...drawing.querySelectorAll("path, text")].filter(
        (mark) => mark.__data__?.cursor === "pointer" && (mark.hasAttribute("aria-label") || mark.textContent),
      );
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    if (!marks().length) return false;
    drawing.addEventListener("keydown", (event) => {
      const all = marks();
      const at = all.indexOf(document.activeElement);
      if (event.key in steps) {
        const to = all[Math.max(0, Math.min(all.length - 1, at + steps[event.key]))];
        to.setAttribute("role", to.__data__.href ? "link" : "button");
        to.setAttribute("tabindex", "-1");
        to.focus();
        event.preventDefault();
      } else if (event.key === "Enter" && at >= 0) {
        all[at].dispatchEvent(new MouseEvent("click", { bubbles: true }));
      }
    });
    drawing.addEventListener("focusin", ({ target }) => tell(null, { target }, null, target.__data__?.tooltip));
    drawing.addEventListener("focusout", () => tell());
    return true;
  };
  const hint = (drawing, spec, walks) => {
    const said = [];
    if (walks) said.push("Arrow keys: from mark to mark. Enter or click: follow.");
    if (spec.signals?.some((signal) => signal.name.startsWith("zoom"))) {
      said.push("Shift and wheel: zoom. Drag: move. Double click: whole again.");
    }
    const line = document.createElement("span");
    line.className = "hint";
    line.textContent = said.join(" ");
    drawing.setAttribute("aria-description", line.textContent);
    drawing.parentElement.querySelector("figcaption").append(line);
  };

  // not before printing, nor where the browser is too old to unpack
  if (packed && "DecompressionStream" in window) {
    requestAnimationFrame(() => setTimeout(() => draw().catch(() => {}), 0));
  }

  // the text: a place that is no mark of its own is in some sentence, whose id says from where to where it goes
  const find = () => {
    const [name, place] = location.hash.slice(1).match(/^[a-z]+-(\d+)-\d+$/) ?? [];
    if (!name || document.getElementById(name)) return;
    const sentences = [...document.querySelectorAll(".nl-sentence")];
    const within = sentences.findLast((sentence) => Number(sentence.id.split("-")[1]) <= Number(place));
    if (within) location.replace(`#${within.id}`);
  };
  window.addEventListener("hashchange", find);
  find();

  // tables: sort by a click on a heading, filter where there are many rows
  const number = (cell) => parseFloat(cell.textContent.replace(/[^\d.eE+-]/g, ""));
  for (const box of document.querySelectorAll(".nl-table")) {
    const body = box.querySelector("tbody");
    const rows = [...body.rows];
    if (rows.length < 3) continue;
    [...box.querySelectorAll("thead th")].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of box.querySelectorAll("th")) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const byNumber = head.classList.contains("nl-number");
        const compare = (a, b) => {
          const [x, y] = [a.cells[column], b.cells[column]];
          const [nullX, nullY] = [x, y].map((cell) => cell.querySelector(".nl-null") !== null);
          if (nullX || nullY) return nullX - nullY; // nulls last, whichever way
          return (up ? 1 : -1) * (byNumber ? number(x) - number(y) : x.textContent.localeCompare(y.textContent, "en"));
        };
        const first = rows.filter((row) => !row.classList.contains("nl-rest")).length;
        [...body.rows].sort(compare).forEach((row, i) => {
          row.classList.toggle("nl-rest", i >= first);
          body.append(row);
        });
      });
    });
    if (!box.classList.contains("nl-long")) continue;
    const label = document.createElement("label");
    label.className = "nl-filter";
    const input = document.createElement("input");
    input.type = "search";
    label.append("Filter rows", input);
    box.querySelector(".nl-scroll").before(label);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      box.classList.toggle("nl-filtered", wanted !== "");
      for (const row of rows) row.classList.toggle("nl-hidden", !row.textContent.toLowerCase().includes(wanted));
    });
  }
})();
