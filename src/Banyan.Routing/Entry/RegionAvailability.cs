namespace Banyan.Routing.Entry;

/// <summary>Whether the entry may send a request to a region.</summary>
public enum RegionAvailability
{
    /// <summary>Nothing is known yet.</summary>
    Starting,

    /// <summary>Its cell says that it is ready.</summary>
    Serving,

    /// <summary>Something failed just now. Requests that can be repeated wait for the next probe; others that ask for the region still go there.</summary>
    Suspected,

    /// <summary>Its cell does not answer, or says that it is not ready.</summary>
    Down,

    /// <summary>Its partition goes to another region, or its cell has stood aside: soon one is ready.</summary>
    Moving,
}
