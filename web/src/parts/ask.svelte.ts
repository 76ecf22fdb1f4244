// Asks one question before something that is hard to take back.

export type Question = {
  title: string;
  words: string;
  yes: string;
  no?: string;
  isDangerous?: boolean;
};

class Asking {
  question = $state.raw<Question | null>(null);
  #answer: (isYes: boolean) => void = () => {};

  ask(question: Question): Promise<boolean> {
    this.#answer(false);
    this.question = question;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  answer(isYes: boolean): void {
    this.question = null;
    this.#answer(isYes);
  }
}

export const asking = new Asking();
