// Two texts of a cluster side by side, their differing words marked.
import { diffArrays } from "diff";
import type { Context } from "../context";
import { at, button, element } from "../dom";
import { count, counted } from "../format";
import { relationName } from "./flow";

// Words; in scripts without spaces, single characters.
const ALONE = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const TOKENS = new RegExp(`[${ALONE}]|(?:(?![${ALONE}])[\\p{L}\\p{M}\\p{N}])+|\\s+|[^\\p{L}\\p{M}\\p{N}\\s]`, "gu");

type Pair = Context["data"]["comparisons"][number];

export class Comparison {
  readonly root: HTMLElement;
  #context: Context;
  #heading = element("h3", { tabindex: -1 });
  #facts = element("p", { class: "note" });
  #left = side("First record");
  #right = side("Copy");
  #place = 0;
  #previous = button("Previous", () => this.show(this.#place - 1, false));
  #next = button("Next", () => this.show(this.#place + 1, false));

  constructor(context: Context) {
    this.#context = context;
    this.root = element(
      "div",
      { class: "block comparison", role: "group", "aria-label": "Two texts of a cluster" },
      this.#heading,
      element("div", { class: "controls" }, this.#previous, this.#next, this.#facts),
      element("div", { class: "sides" }, this.#left, this.#right),
      element("p", { class: "note legend" }, element("del", {}, "Only in the first"), " ", element("ins", {}, "only in the copy"), " Everything else is the same. Excerpts are the first 2,000 characters."),
    );
    this.show(0, false);
  }

  /** Shows a comparison; `focus` moves there. */
  show(place: number, focus: boolean): void {
    const { comparisons } = this.#context.data;
    const pair = at(comparisons, place);
    this.#place = place;
    this.#heading.textContent = `Side by side: ${count(place + 1)} of ${count(comparisons.length)}`;
    this.#previous.disabled = place === 0;
    this.#next.disabled = place === comparisons.length - 1;
    this.#facts.textContent = facts(pair);
    const parts = diffArrays(tokens(pair.representative.excerpt), tokens(pair.member.excerpt));
    const text = (mark: "del" | "ins", gone: "added" | "removed", changed: "added" | "removed") =>
      parts.filter((part) => !part[gone]).map((part) => (part[changed] ? element(mark, {}, part.value.join("")) : part.value.join("")));
    this.#fill(this.#left, pair.representative, text("del", "added", "removed"));
    this.#fill(this.#right, pair.member, text("ins", "removed", "added"));
    if (focus) {
      this.#heading.focus({ preventScroll: true });
      this.root.scrollIntoView({ block: "start" });
    }
  }

  #fill(target: HTMLElement, text: Pair["member"], words: (string | Node)[]): void {
    const [head, about, body] = Array.from(target.children);
    head!.textContent = text.title || "(no title)";
    about!.replaceChildren(`${text.source}, ${text.date ?? "no date"}, ${counted(text.characters, "character")}, `, element("code", {}, text.id));
    body!.replaceChildren(...words, text.characters > 2000 ? " …" : "");
    body!.scrollTop = 0;
  }
}

const tokens = (text: string): string[] => text.match(TOKENS) ?? [];

function side(name: string): HTMLElement {
  return element(
    "div",
    { class: "side" },
    element("h4", { dir: "auto" }),
    element("p", { class: "note" }),
    element("div", { class: "excerpt", dir: "auto", tabindex: 0, role: "region", "aria-label": `${name}, text` }),
  );
}

function facts(pair: Pair): string {
  const parts = [`Relation: ${relationName(pair.relation)}`];
  if (pair.jaccard !== null) parts.push(`Jaccard ${pair.jaccard.toFixed(3)}`);
  if (pair.containment !== null) parts.push(`containment ${pair.containment.toFixed(3)}`);
  if (pair.numbers_equal !== null) parts.push(pair.numbers_equal ? "same numbers" : "other numbers");
  if (pair.days_apart !== null) parts.push(`${Number(pair.days_apart.toFixed(2))} days apart`);
  return parts.join(" · ");
}
