namespace Banyan.Cells.Residency;

/// <summary>Where data may be, and who may read it there.</summary>
public enum ResidencyClass
{
    /// <summary>For everybody, everywhere.</summary>
    Public,

    /// <summary>For the platform's own processes and staff, in every region.</summary>
    Internal,

    /// <summary>Stays in the jurisdiction of its partition; names nobody.</summary>
    Jurisdiction,

    /// <summary>Tells of persons: stays in the jurisdiction of its partition, is found, exported and deleted by person.</summary>
    Personal,
}
