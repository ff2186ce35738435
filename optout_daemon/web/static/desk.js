// What the pages do beyond htmx and plain forms. Nothing depends on it: without it every page works by links and buttons.
