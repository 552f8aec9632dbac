"use strict";
(() => {
  const { dataset, columns, items } = JSON.parse(document.getElementById("data").textContent);
  const ANSWERS = [["yes", "y"], ["no", "n"], ["unsure", "u"]];
  const COMMENT = "comment";
  const columnOf = new Map(columns.map((name, place) => [name, place]));
  const marks = items.map(() => new Map());
  let current = 0;
  let question = 0;
  let unsaved = false;

  const byId = (id) => document.getElementById(id);
  const element = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  };

  const isMarked = (place) => items[place].questions.some(({ column }) => marks[place].get(column));
  const isDone = (place) => items[place].questions.every(({ column }) => marks[place].get(column));

  function say(words) {
    const done = items.filter((_, place) => isDone(place)).length;
    byId("progress").textContent = `${words ? `${words} ` : ""}${done} of ${items.length} items marked${unsaved ? ", not saved" : ""}.`;
  }

  function textBlock(label, value, language) {
    const length = value.is_cut ? `, the first ${[...value.text].length.toLocaleString("en")} of ${value.characters.toLocaleString("en")} characters` : "";
    const text = element("div", { class: "text", tabindex: "0", role: "region", "aria-label": label, dir: "auto", lang: language });
    text.textContent = value.text;
    return element("div", {}, element("h3", {}, `${label}${length}`), text);
  }

  function list(claims) {
    const rows = claims.flatMap(([name, value]) => [element("dt", {}, name), element("dd", { dir: "auto" }, value)]);
    return element("dl", {}, ...rows);
  }

  function side(value, language) {
    const raw = value.raw.map((view) => textBlock(view.name, view, null));
    const texts = value.text === null ? raw : [textBlock(`${value.heading}: text`, value.text, language), element("div", {}, ...raw)];
    const section = element("section", {}, element("h2", {}, `${value.heading}, `, element("code", {}, value.place)));
    if (value.note) section.append(element("p", {}, `Beware: ${value.note}.`));
    if (value.claims.length > 0) section.append(list(value.claims));
    section.append(element("div", { class: "columns" }, ...texts));
    return section;
  }

  function questionSet(value, place) {
    const group = element("fieldset", { "data-question": String(place) }, element("legend", {}, value.words));
    for (const [answer, key] of ANSWERS) {
      const input = element("input", { type: "radio", name: value.column, value: answer });
      input.checked = marks[current].get(value.column) === answer;
      input.addEventListener("change", () => mark(place, answer));
      group.append(element("label", {}, input, ` ${answer} (${key})`));
    }
    const clear = element("button", { type: "button" }, "clear");
    clear.addEventListener("click", () => mark(place, ""));
    group.append(clear);
    return group;
  }

  function mark(place, answer) {
    const { column } = items[current].questions[place];
    marks[current].set(column, answer);
    for (const input of document.getElementsByName(column)) input.checked = input.value === answer;
    unsaved = true;
    const open = items[current].questions.findIndex((other) => !marks[current].get(other.column));
    setQuestion(answer === "" || open < 0 ? place : open);
    say("");
  }

  /** Whether a key would change an answer that nobody chose to change: one key too many must not turn the last answer. */
  function isAnswered(answer) {
    const { column } = items[current].questions[question];
    const chosen = document.activeElement?.closest("fieldset");
    return answer !== "" && Boolean(marks[current].get(column)) && Number(chosen?.dataset.question ?? -1) !== question;
  }

  function setQuestion(place) {
    question = place;
    for (const group of document.querySelectorAll("fieldset")) {
      const own = Number(group.dataset.question) === place;
      group.classList.toggle("current", own);
      if (own) group.setAttribute("aria-current", "step");
      else group.removeAttribute("aria-current");
    }
  }

  function show(place, focus) {
    current = Math.min(Math.max(place, 0), items.length - 1);
    const item = items[current];
    const cell = (name) => item.cells[columnOf.get(name)];
    const comment = element("textarea", { id: "comment" });
    comment.value = marks[current].get(COMMENT) ?? "";
    comment.addEventListener("input", () => {
      marks[current].set(COMMENT, comment.value);
      unsaved = true;
      say("");
    });
    const heading = element("h2", {}, `Item ${current + 1} of ${items.length}: ${item.kind}`);
    byId("item").replaceChildren(
      heading,
      element("p", { class: "note" }, `${cell("item")}, drawn for ${cell("stratum")}, stands for ${cell("weight")}`),
      list(item.claims),
      element("div", { class: "questions" }, ...item.questions.map(questionSet)),
      element("label", { for: "comment" }, "Comment"),
      comment,
      ...item.sides.map((value) => side(value, cell("language") || null)),
    );
    const open = item.questions.findIndex(({ column }) => !marks[current].get(column));
    setQuestion(Math.max(open, 0));
    byId("goto").value = String(current + 1);
    if (focus) {
      byId("item").focus();
      window.scrollTo(0, 0);
    }
    say(focus ? `Item ${current + 1}, ${item.kind}.` : "");
  }

  function nextUnmarked() {
    for (let step = 1; step <= items.length; step += 1) {
      const place = (current + step) % items.length;
      if (!isDone(place)) return show(place, true);
    }
    return say("Every item is marked.");
  }

  // A spreadsheet would compute these: an apostrophe makes them text, and is taken away again.
  const FORMULA = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20\u2212]/u;
  const written = (cell) => {
    const safe = FORMULA.test(cell) ? `'${cell}` : cell;
    return safe !== cell || /[",;\t\r\n]/u.test(safe) || safe.trim() !== safe ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const plain = (cell) => (cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell);

  function save() {
    const rows = items.map((item, place) => columns.map((name, at) => marks[place].get(name) ?? item.cells[at]));
    const csv = [columns, ...rows].map((row) => `${row.map(written).join(",")}\r\n`).join("");
    const address = URL.createObjectURL(new Blob(["\uFEFF", csv], { type: "text/csv;charset=utf-8" }));
    const link = element("a", { href: address, download: "audit-marked.csv" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    unsaved = false;
    say("Saved as audit-marked.csv.");
  }

  function parse(text, delimiter) {
    const rows = [];
    let [row, cell, quoted, at] = [[], "", false, 0];
    const endCell = () => { row.push(cell); cell = ""; };
    const endRow = () => { endCell(); rows.push(row); row = []; };
    while (at < text.length) {
      const c = text[at];
      at += 1;
      if (quoted) {
        if (c !== '"') cell += c;
        else if (text[at] === '"') { cell += '"'; at += 1; }
        else quoted = false;
      } else if (c === '"' && cell === "") quoted = true;
      else if (c === delimiter) endCell();
      else if (c === "\n" || c === "\r") {
        if (c === "\r" && text[at] === "\n") at += 1;
        endRow();
      } else cell += c;
    }
    if (cell !== "" || row.length > 0) endRow();
    return rows;
  }

  async function load(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const wide = { "255,254": "utf-16le", "254,255": "utf-16be" }[`${bytes[0]},${bytes[1]}`];
    const text = new TextDecoder(wide ?? "utf-8").decode(bytes);
    const rows = [",", ";", "\t"].map((delimiter) => parse(text, delimiter)).find(([head]) => head?.includes("item"));
    if (!rows) return say("This is no table of items: nothing was loaded.");
    const [head, ...body] = rows;
    const places = new Map(items.map((item, place) => [item.cells[columnOf.get("item")], place]));
    let loaded = 0;
    let strangers = 0;
    for (const row of body.filter((cells) => cells.some((cell) => cell !== ""))) {
      const cell = (name) => plain(row[head.indexOf(name)] ?? "");
      const place = places.get(cell("item"));
      if (place === undefined) {
        strangers += 1;
        continue;
      }
      for (const { column } of items[place].questions) {
        const answer = ANSWERS.find(([word, key]) => [word, key].includes(cell(column).trim().toLowerCase()));
        if (answer) marks[place].set(column, answer[0]);
      }
      if (cell(COMMENT)) marks[place].set(COMMENT, cell(COMMENT));
      loaded += isMarked(place) ? 1 : 0;
    }
    show(current, false);
    return say(`Loaded the marks of ${loaded} items${strangers > 0 ? `; ${strangers} rows belong to another draw` : ""}.`);
  }

  byId("dataset").textContent = `Dataset ${dataset.version}, ${dataset.sha256}`;
  byId("save").addEventListener("click", save);
  byId("load").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) void load(file);
    event.target.value = "";
  });
  byId("back").addEventListener("click", () => show(current - 1, true));
  byId("next").addEventListener("click", () => show(current + 1, true));
  byId("unmarked").addEventListener("click", nextUnmarked);
  byId("goto").setAttribute("max", String(items.length));
  byId("goto").addEventListener("change", (event) => show(Number(event.target.value) - 1, false));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("textarea, input[type=number], input[type=file]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !byId("keys").checked) return;
    const answer = ANSWERS.find(([, key]) => key === event.key.toLowerCase());
    const action = { j: () => show(current + 1, true), k: () => show(current - 1, true), x: nextUnmarked, s: save }[event.key.toLowerCase()];
    if (answer && isAnswered(answer[0])) say("This item is answered: j goes on; choose a question to change its answer.");
    else if (answer) mark(question, answer[0]);
    else if (action) action();
    else return;
    event.preventDefault();
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  show(0, false);
})();
