// Chance with a seed that is printed, so that a failing draw can be drawn again.

/** Set SEED to repeat a run. */
export function seeded(): { seed: number; draw(): number } {
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed >>> 0;
  console.log(`replay: SEED=${seed} npm test`);
  return {
    seed,
    draw() {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    },
  };
}
