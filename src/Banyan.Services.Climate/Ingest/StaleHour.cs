using System.Runtime.InteropServices;

namespace Banyan.Services.Climate.Ingest;

/// <summary>An hour of a series whose roll-ups are behind its readings.</summary>
/// <param name="Series">The series' id.</param>
/// <param name="Hour">The hour since 1970.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StaleHour(long Series, int Hour);
