namespace Banyan.Blueprints.Model;

/// <summary>How close a region is to the centre of the platform.</summary>
public enum Tier
{
    /// <summary>A hub: consensus, core services, coordination.</summary>
    Core,

    /// <summary>Serves the residents of a part of the world; the default.</summary>
    Regional,

    /// <summary>A small site close to the residents.</summary>
    Edge,
}
