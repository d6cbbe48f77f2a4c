"""The browser viewer (extra ``viewer``): see what a server plans, type prompts, drag obstacles and targets."""
