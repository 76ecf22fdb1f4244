// Light, dark or as the system says, kept in this browser.

export type Theme = "system" | "light" | "dark";
const KEY = "evenkeel-theme";

class ThemeChoice {
  value = $state<Theme>(stored());

  constructor() {
    this.#apply();
  }

  set(value: Theme): void {
    this.value = value;
    try {
      localStorage.setItem(KEY, value);
    } catch {
      // A browser without storage still shows the theme until it is closed.
    }
    this.#apply();
  }

  #apply(): void {
    if (this.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.value;
  }
}

export const theme = new ThemeChoice();

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}
