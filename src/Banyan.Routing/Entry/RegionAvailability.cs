namespace Banyan.Routing.Entry;

/// <summary>Whether the entry may send a request to a region.</summary>
public enum RegionAvailability
{
    /// <summary>Nothing is known yet; requests are refused for a moment.</summary>
    Starting,

    /// <summary>Its cell says that it is ready.</summary>
    Serving,

    /// <summary>Something failed just now. Requests that ask for the region still go there; others go elsewhere.</summary>
    Suspected,

    /// <summary>Its cell does not answer, or says that it is not ready; requests are refused.</summary>
    Down,
}
