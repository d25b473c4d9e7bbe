namespace Banyan.Cells.Personal;

/// <summary>The person was deleted and its key shredded: nothing can be sealed for it. A retry can't help.</summary>
public sealed class SubjectShreddedException : Exception
{
    /// <summary>Makes the exception; it does not name the person.</summary>
    public SubjectShreddedException()
        : base("The person was deleted: nothing can be kept of it any more.")
    {
    }
}
