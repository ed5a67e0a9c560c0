namespace Delivery.SearchProcess.Searching;

/// <summary>One line of the catalogue.</summary>
/// <param name="Code">Stock code; unique.</param>
/// <param name="Description">What it is; the text that is searched.</param>
/// <param name="Price">In pounds.</param>
/// <param name="Sales">How often it was sold.</param>
/// <param name="Countries">Into how many countries.</param>
/// <param name="First">Day of the first sale.</param>
/// <param name="Last">Day of the last sale.</param>
internal sealed record Product(string Code, string Description, float Price, int Sales, int Countries, DateOnly First, DateOnly Last);
