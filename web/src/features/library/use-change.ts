import { useMutation, useQueryClient } from "@tanstack/react-query";

/** A change of something in the library. Whatever is shown below `root` is asked for again, after `onDone` may have left for another page. */
export function useChange<V, R>(root: string, change: (value: V) => Promise<R>, onDone?: (answer: R) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (answer) => onDone?.(answer),
    // Also after a failure: some of a bulk may be stored.
    onSettled: () => {
      const isBelow = (key: unknown) => typeof key === "string" && (key === root || key.startsWith(`${root}/`));
      void client.invalidateQueries({ predicate: (query) => isBelow(query.queryKey[0]) });
    },
  });
}
