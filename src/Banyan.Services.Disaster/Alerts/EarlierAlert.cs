using Banyan.Services.Disaster.Cap;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>A stored message that a new one refers to, its row locked. Immutable.</summary>
internal sealed record EarlierAlert(
    Guid Id, string Sender, string Identifier, DateTimeOffset Sent, string SentText, CapStatus Status, CapScope Scope, AlertState State, Guid? SupersededBy, string Document);
