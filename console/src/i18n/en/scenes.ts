/** English: the Scenes page. */
export const scenes = {
  "scenes.title": "Scenes",
  "scenes.subtitle": "The situations the platform waits for",
  "scenes.name": "Scene",
  "scenes.steps": "Fires when",
  "scenes.version": "Version",
  "scenes.today": "Fired today",
  "scenes.last": "Last time",
  "scenes.never": "Not yet",
  "scenes.empty": "No scenes yet",
  "scenes.empty.hint": "Describe the first one in scenes.yaml: where, when and who. It is watched as soon as the platform has read it.",
} as const;
