using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>The load that the platform is built for.</summary>
public sealed record Demand : Element
{
    /// <summary>People whom the platform serves.</summary>
    public Range<Count>? Residents { get; init; }

    /// <summary>People who live in the places served today.</summary>
    public Range<Count>? Population { get; init; }

    /// <summary>The year that <see cref="Residents"/> is expected in.</summary>
    public int? Year { get; init; }

    /// <summary>People who use it at the same time.</summary>
    public Range<Count>? Concurrent { get; init; }

    /// <summary>Requests over all regions.</summary>
    public Range<Rate>? Requests { get; init; }

    /// <summary>Data held over all regions.</summary>
    public Range<ByteSize>? Stored { get; init; }

    /// <summary>Readings of sensors and meters over all regions.</summary>
    public Range<Rate>? Readings { get; init; }

    /// <summary>How many times the usual load a peak is.</summary>
    public decimal? PeakFactor { get; init; }

    /// <summary>How the platform means to carry it: what is asked, and by which means.</summary>
    public Named<string> Met { get; init; } = Named<string>.None;
}
