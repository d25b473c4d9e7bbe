// Before the first paint: what this person chose last. Without a choice the system's setting holds.
try {
  const theme = localStorage.getItem('banyan-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch { /* storage is off: the system's setting holds */ }
