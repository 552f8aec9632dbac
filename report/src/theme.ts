// Colours of charts are those of the style sheet, in whichever scheme is shown.
import { button } from "./dom";

export interface Colors {
  ink: string;
  muted: string;
  line: string;
  surface: string;
  paper: string;
  accent: string;
  gap: string;
  good: string;
  warn: string;
  bad: string;
  other: string;
  series: string[];
  ramp: string[];
  font: string;
}

/** The colours of now. */
export function colors(): Colors {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"),
    muted: read("muted"),
    line: read("line"),
    surface: read("surface"),
    paper: read("paper"),
    accent: read("accent"),
    gap: read("gap"),
    good: read("good"),
    warn: read("warn"),
    bad: read("bad"),
    other: read("other"),
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((place) => read(`series-${place}`)),
    ramp: [1, 2, 3, 4, 5].map((place) => read(`ramp-${place}`)),
    font: read("font"),
  };
}

/** A button between light, dark and what the system prefers; `changed` draws again. */
export function schemeButton(changed: () => void): HTMLButtonElement {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset["scheme"] ? root.dataset["scheme"] === "dark" : dark.matches);
  const name = () => (isDark() ? "Light colours" : "Dark colours");
  const made = button(name(), () => {
    root.dataset["scheme"] = isDark() ? "light" : "dark";
    made.textContent = name();
    changed();
  });
  dark.addEventListener("change", () => {
    made.textContent = name();
    changed();
  });
  return made;
}

/** Prints in light colours: `redraw` is called with paper-coloured and with screen-coloured styles in force. */
export function printLight(redraw: () => void): void {
  const root = document.documentElement;
  let before: string | undefined;
  window.addEventListener("beforeprint", () => {
    before = root.dataset["scheme"];
    root.dataset["scheme"] = "light";
    root.dataset["printing"] = "";
    redraw();
  });
  window.addEventListener("afterprint", () => {
    delete root.dataset["printing"];
    if (before === undefined) delete root.dataset["scheme"];
    else root.dataset["scheme"] = before;
    redraw();
  });
}
