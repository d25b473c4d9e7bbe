namespace Banyan.Services.Disaster.Alerts;

/// <summary>Where a message is in its life; the names are those of column <c>state</c>, in lower case.</summary>
internal enum AlertState
{
    /// <summary>It holds now.</summary>
    Active,

    /// <summary>A later message of its sender took its place.</summary>
    Superseded,

    /// <summary>Its sender took it back.</summary>
    Cancelled,

    /// <summary>The time of its last info has passed.</summary>
    Expired,

    /// <summary>It does not hold for a time: a Cancel, Ack or Error.</summary>
    Recorded,
}

internal static class AlertStates
{
    private static readonly string[] Names = [.. Enum.GetNames<AlertState>().Select(static n => n.ToLowerInvariant())];

    public static string ToText(this AlertState state) => Names[(int)state];

    public static AlertState Parse(string text) => (AlertState)Array.IndexOf(Names, text);
}
