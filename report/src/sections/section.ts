// The frame of a section: a headline that the contents point to, and what is below.
import { element, type Child } from "../dom";

export interface Section {
  id: string;
  title: string;
  root: HTMLElement;
}

/** A section; `lead` is one or two plain sentences that answer its question. */
export function section(id: string, title: string, lead: string | null, ...children: Child[]): Section {
  const heading = element("h2", { id: `${id}-title` }, title);
  const root = element(
    "section",
    { id, "aria-labelledby": heading.id },
    heading,
    lead === null ? null : element("p", { class: "lead" }, lead),
    ...children,
  );
  return { id, title, root };
}

/** Figures beside each other. */
export function pair(...children: HTMLElement[]): HTMLElement {
  return element("div", { class: "pair" }, ...children);
}
