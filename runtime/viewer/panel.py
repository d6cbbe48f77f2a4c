"""The controls of a live viewer. Every one is a call of ``Live``; what they show is refreshed a few times a second."""

from __future__ import annotations

from typing import Any

from lamp.skeleton import JOINT_NAMES
from runtime.viewer import palette
from runtime.viewer.figures import figures_text, status_text
from runtime.viewer.live import Live
from runtime.viewer.plots import Plots
from runtime.viewer.rig import available_skins

PROMPTS = (
    "a person walks forward", "a person runs forward", "a person walks in a circle",
    "someone walks forward, then makes a turn to the right", "a person walks to the left",
    "a person waves with the right hand", "a person raises both hands up", "a person jumps",
    "a person dances salsa", "a person walks forward, as if exhausted", "a person stands still",
)  # fmt: skip
TARGET_JOINTS = ("left_wrist", "right_wrist", "left_ankle", "right_ankle", "head", "pelvis")
UNITS_M = {"metre": 1.0, "centimetre": 0.01, "millimetre": 0.001, "inch": 0.0254}
RATES = ("20", "30", "60", "90", "120")


class Panel:
    """Builds all controls; ``refresh`` updates texts, ``plot`` the charts."""

    def __init__(self, live: Live, server: str) -> None:
        self._live, self._server = live, server
        self._gui = live.page.web.gui
        self._status = self._gui.add_markdown("connecting ...")
        self._shown = ""
        tabs = self._gui.add_tab_group()
        with tabs.add_tab("Drive"):
            self._drive()
            self._figures = self._gui.add_markdown("")
        with tabs.add_tab("Scene"):
            self._scene()
        with tabs.add_tab("View"):
            self._view()
        with tabs.add_tab("Plots"):
            self._plots = Plots(self._gui)

    def _button(self, label: str, action: Any, **more: Any) -> Any:
        button = self._gui.add_button(label, **more)
        button.on_click(self._live.events.button(action))
        return button

    def _on_change(self, control: Any, action: Any) -> None:
        control.on_update(self._live.events.handler(lambda _: action(control.value)))

    # -- tabs -----------------------------------------------------------------------------------------------------

    def _drive(self) -> None:
        gui, live = self._gui, self._live
        if len(live.puppets) > 1:
            names = [p.character.name for p in live.puppets]
            self._on_change(gui.add_dropdown("Character", names), self._choose)
        with gui.add_form(None) as form:
            self._prompt = gui.add_text("Prompt", live.character.start.prompt)
            form.on_submit(live.events.button(lambda: live.set_prompt(self._prompt.value)))
        self._button("Do it", lambda: live.set_prompt(self._prompt.value), hint="Enter does the same")
        suggestions = gui.add_dropdown("Try", ["...", *PROMPTS])
        self._on_change(suggestions, self._suggest)
        self._pause = gui.add_checkbox("Pause", False)
        self._on_change(self._pause, self._set_paused)
        with gui.add_folder("Session", expand_by_default=False):
            self._seed = gui.add_number("Seed", live.character.start.seed, min=0, max=2**31 - 1, step=1)
            rate = f"{live.character.start.fps:g}"
            rates = RATES if rate in RATES else (rate, *RATES)
            self._fps = gui.add_dropdown("Frames per second", rates, initial_value=rate)
            self._button("Start anew", lambda: live.restart(int(self._seed.value), float(self._fps.value)))
            self._stop = self._button("Stop", live.stop_or_start)

    def _choose(self, name: str) -> None:
        self._live.choose(name)
        self._prompt.value = self._live.character.start.prompt

    def _suggest(self, text: str) -> Any:
        if text not in PROMPTS:
            return None
        self._prompt.value = text
        return self._live.set_prompt(text)

    def _set_paused(self, paused: bool) -> None:
        for puppet in self._live.puppets:
            puppet.character.clock.paused = paused

    def _scene(self) -> None:
        gui, editor = self._gui, self._live.editor
        gui.add_markdown("Drag a thing over the floor, or click it and use its arrows and rings.")
        kinds = gui.add_button_group("Add", list(palette.NEW_OBSTACLES))
        kinds.on_click(self._live.events.handler(lambda _: editor.add_obstacle(kinds.value)))
        with gui.add_folder("Target"):
            others = [j for j in JOINT_NAMES if j not in TARGET_JOINTS]
            joint = gui.add_dropdown("Joint", [*TARGET_JOINTS, *others])
            hold = gui.add_number("Hold, s", 1.0, min=0.0, max=60.0, step=0.1)
            arrive = gui.add_number("Arrive in, s", 0.0, min=0.0, max=60.0, step=0.1,
                                    hint="0: as soon as it looks natural")  # fmt: skip
            self._button(
                "Add target", lambda: editor.add_target(joint.value, hold.value, arrive.value or None)
            )
        with gui.add_folder("Path", expand_by_default=False):
            self._path()
        with gui.add_folder("Mesh", expand_by_default=False):
            self._mesh()
        self._button("Look at a point", editor.look_at_point)
        self._button("Remove selected", editor.remove_selected, color="gray")
        self._button("Clear the scene", editor.clear, color="gray")

    def _mesh(self) -> None:
        """Upload of a file from the person's own machine."""
        gui, editor = self._gui, self._live.editor
        up = gui.add_dropdown("Up axis of the file", ["y", "z"])
        unit = gui.add_dropdown("Unit of the file", list(UNITS_M))
        walkable = gui.add_checkbox("Stand on it", False)
        upload = gui.add_upload_button("OBJ, STL, GLB ...", hint="becomes an obstacle for all characters")
        upload.on_upload(
            self._live.events.handler(
                lambda _: editor.add_mesh(
                    upload.value.name, upload.value.content, up.value, UNITS_M[unit.value], walkable.value
                )
            )
        )

    def _path(self) -> None:
        """Waypoints by clicks; the scene takes clicks only while they are asked for."""
        gui, scene, editor = self._gui, self._live.page.web.scene, self._live.editor
        clicking = gui.add_checkbox("Click waypoints", False, hint="each click on the floor adds one")
        speed = gui.add_number("Speed, m/s", 1.1, min=0.1, max=8.0, step=0.1)
        loop = gui.add_checkbox("Round and round", False)

        def walk(_: Any) -> Any:
            return editor.walk_like(speed.value, loop.value)

        self._on_change(speed, walk)
        self._on_change(loop, walk)
        add = self._live.events.handler(lambda e: editor.add_waypoint(e.ray_origin, e.ray_direction))

        def listen(on: bool) -> None:
            if on:
                scene.on_click()(add)
            else:
                scene.remove_click_callback(add)

        self._on_change(clicking, listen)

    def _view(self) -> None:
        gui, puppets = self._gui, self._live.puppets
        skins = list(available_skins())

        def every(part: str, attribute: str) -> Any:
            def set_it(value: Any) -> None:
                for puppet in puppets:
                    setattr(getattr(puppet, part) if part else puppet, attribute, value)

            return set_it

        self._on_change(gui.add_dropdown("Body", skins, initial_value=skins[0]), every("body", "skin"))
        self._on_change(gui.add_checkbox("Skeleton", False), every("body", "skeleton"))
        self._on_change(gui.add_checkbox("Path", True), every("path", "visible"))
        self._on_change(gui.add_checkbox("Ghost of 1.5 s ahead", False), every("", "show_ghost"))
        follow = gui.add_checkbox("Follow the character", True)
        self._on_change(follow, lambda value: setattr(self._live.follow, "enabled", value))
        gui.add_markdown(
            "Path: **grey** walked, **orange** fixed whatever changes now, **blue** planned (**red**: not all "
            "that was asked for is met). Obstacles turn **red** where the body is more than 1 cm inside."
        )

    # -- refreshing -----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Bring the texts up to date."""
        live = self._live
        status = status_text(live.character, self._server)
        if status != self._shown:
            self._shown = self._status.content = status
        self._figures.content = figures_text(live)
        label = "Start" if live.character.status == "stopped" else "Stop"
        if self._stop.label != label:
            self._stop.label = label

    def plot(self) -> None:
        """Draw the charts anew."""
        self._plots.update(self._live.history)
