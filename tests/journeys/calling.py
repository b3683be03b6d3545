"""A room with a call in it, as a person uses it; and what the browser itself says of cameras and ways to others."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.journeys.browsing import Room

ALLOWED: dict[str, Any] = {"permissions": ["camera", "microphone"], "viewport": {"width": 390, "height": 844}}
OBSERVE = """
    window.ways = [];
    window.tracks = [];
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...given) { super(...given); window.ways.push(this); window.how = given[0]; }
    };
    const devices = navigator.mediaDevices;  // another site may have none
    const ask = devices?.getUserMedia.bind(devices);
    if (devices) devices.getUserMedia = async wish => {
        const stream = await ask(wish);
        window.tracks.push(...stream.getTracks());
        return stream;
    };
"""
FLOWING = """async () => {
    const found = { frames: 0, bytes: 0, sent: 0 };
    for (const way of window.ways) for (const one of (await way.getStats()).values()) {
        if (one.type === "inbound-rtp" && one.kind === "video") found.frames += one.framesDecoded;
        if (one.type === "inbound-rtp" && one.kind === "audio") found.bytes += one.bytesReceived;
        if (one.type === "outbound-rtp") found.sent += one.bytesSent;
    }
    return found;
}"""


class Caller(Room):
    """Somebody in a dialogue with a call."""

    def __init__(self, page: Page, thread: str = "") -> None:
        page.add_init_script(OBSERVE)
        super().__init__(page, thread)

    @property
    def call(self) -> Locator:
        return self.page.locator("[data-call-panel]")

    @property
    def other(self) -> Locator:
        """The other's picture."""
        return self.page.locator("[data-call-others] figure")

    def reads(self, *words: str) -> None:
        """What the call says about itself and the devices."""
        for one in words:
            expect(self.call.locator("[role=status]", has_text=one).first).to_be_visible()

    def looks(self) -> None:
        """Sees oneself first."""
        self.press("See how I look first")
        expect(self.call).to_have_attribute("data-state", "preview")

    def joins(self) -> None:
        """Looks, then joins."""
        self.looks()
        expect(self.page.locator("[data-call-me][data-camera=on]")).to_be_visible()
        self.press("Join the call")

    def is_with(self, name: str) -> None:
        """Sees and hears somebody."""
        self.reads(f"Connected with {name}")
        expect(self.other).to_have_count(1)
        self.gets("frames")
        self.gets("bytes")

    def gets(self, what: str) -> None:
        """More of it than until now: `frames` of the other's picture, `bytes` of their voice."""
        before = self.flowing()[what]
        for _ in range(100):
            if self.flowing()[what] > before:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no more {what} than {before}")

    def flowing(self) -> dict[str, int]:
        """What came over all ways so far, and what went out."""
        found: dict[str, int] = self.page.evaluate(FLOWING)
        return found

    def cameras(self) -> list[str]:
        """What of one's own camera and microphone runs, or is only muted."""
        running: list[str] = self.page.evaluate(
            "() => window.tracks.filter(one => one.readyState === 'live')"
            ".map(one => one.enabled ? one.kind : `${one.kind} muted`)"
        )
        return sorted(running)

    def is_out(self, words: str = "") -> None:
        """Not in the call: no camera, no microphone, no way open."""
        expect(self.call).to_have_attribute("data-state", "off")
        if words:
            self.reads(words)
        assert self.cameras() == []
        assert self.page.evaluate("() => window.ways.filter(one => one.connectionState !== 'closed').length") == 0
