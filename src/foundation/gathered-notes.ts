const LISTED = 5;

/** What the user should know of a study: each message once, with the checkpoints it is about. */
export interface Notes {
  add(message: string, model?: string): void;
  /** in the order first added, e.g. `no accuracy on imagenet: a, b and 3 more` */
  list(): string[];
}

export function createNotes(): Notes {
  const messages = new Map<string, Set<string>>();
  return {
    add(message, model) {
      const models = messages.get(message) ?? new Set();
      if (model !== undefined) models.add(model);
      messages.set(message, models);
    },
    list: () => [...messages].map(([message, models]) => (models.size === 0 ? message : `${message}: ${some(models)}`)),
  };
}

/** The first names of a list, and how many more there are. */
function some(names: ReadonlySet<string>): string {
  const first = [...names].slice(0, LISTED).join(", ");
  return names.size > LISTED ? `${first} and ${names.size - LISTED} more` : first;
}
