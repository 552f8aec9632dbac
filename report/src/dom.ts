// Elements, made without ever parsing HTML: strings become text nodes.

export type Child = Node | string | null;
type Attributes = Record<string, string | number | boolean | null | undefined>;

/** An element with attributes (true: present without value; false, null: absent) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A button of a toolbar. */
export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

/** A `select` with its label; `options` are [value, text]. */
export function choice(
  label: string,
  options: readonly (readonly [string, string])[],
  act: (value: string) => void,
): { label: HTMLLabelElement; select: HTMLSelectElement } {
  const select = element("select", {}, ...options.map(([value, text]) => element("option", { value }, text)));
  select.addEventListener("change", () => act(select.value));
  return { label: element("label", {}, element("span", {}, label), select), select };
}

/** A paragraph. */
export function paragraph(...children: Child[]): HTMLParagraphElement {
  return element("p", {}, ...children);
}

/** Text whose words between backticks are code. */
export function marked(text: string): HTMLElement {
  const parts = text.split("`");
  return element("span", {}, ...parts.map((part, place) => (place % 2 === 1 && place < parts.length - 1 ? element("code", {}, part) : part)));
}

/** The item at a place that the contract guarantees. */
export function at<T>(items: ArrayLike<T>, place: number): T {
  const item = items[place];
  if (item === undefined) throw new RangeError(`the data has no place ${place} of ${items.length}`);
  return item;
}

/** Sum of numbers. */
export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
