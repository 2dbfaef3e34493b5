// Voilà calls this while a page is being made, so that the connection stays open.
window.voila_heartbeat = () => {};
