/** Keys made in this tab, so that commands can be shown complete. Never stored: a reload forgets them. */
const keys = new Map<string, string>();

export function rememberKey(projectId: string, secret: string): void {
  keys.set(projectId, secret);
}

export function rememberedKey(projectId: string): string | null {
  return keys.get(projectId) ?? null;
}
