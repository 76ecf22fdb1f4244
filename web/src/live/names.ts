// A rename is one event of the topic, agent or customer; forms that mention it keep their version.

/** The same form with the new name wherever it mentions that id; itself when it does not. */
export function renamed<Form>(form: Form, id: string, name: string | null): Form {
  if (Array.isArray(form)) {
    const items = form.map((item: unknown) => renamed(item, id, name));
    return items.some((item, at) => item !== form[at]) ? (items as Form) : form;
  }
  if (typeof form !== "object" || form === null) return form;
  let changed: Record<string, unknown> | null = null;
  for (const [field, value] of Object.entries(form)) {
    const isName = field === "name" && "id" in form && form.id === id;
    const next = isName ? name : renamed(value, id, name);
    if (next !== value) changed = { ...(changed ?? form), [field]: next };
  }
  return (changed as Form | null) ?? form;
}
