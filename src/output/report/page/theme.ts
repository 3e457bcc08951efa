import { useEffect, useState } from "preact/hooks";
import { DARK, type FigureTheme, LIGHT, PRINT } from "../../figures/figure-theme.ts";

/** Grounds of the page, as in its styles. */
const THEMES: Readonly<Record<"light" | "dark" | "print", FigureTheme>> = {
  light: { ...LIGHT, background: "#ffffff" },
  dark: { ...DARK, background: "#12161c" },
  print: PRINT,
};

/** The colours that figures have now; they follow the reader's choice, the system, and the printer. */
export function useFigureTheme(): FigureTheme {
  const [name, setName] = useState(currentTheme);
  useEffect(() => {
    const follow = () => setName(currentTheme());
    const system = matchMedia("(prefers-color-scheme: dark)");
    const printer = matchMedia("print");
    system.addEventListener("change", follow);
    printer.addEventListener("change", follow);
    window.addEventListener("shiftline-theme", follow);
    return () => {
      system.removeEventListener("change", follow);
      printer.removeEventListener("change", follow);
      window.removeEventListener("shiftline-theme", follow);
    };
  }, []);
  return THEMES[name];
}

function currentTheme(): keyof typeof THEMES {
  if (matchMedia("print").matches) return "print";
  const { theme } = document.documentElement.dataset;
  if (theme === "light" || theme === "dark") return theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
