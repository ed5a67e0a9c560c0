using Delivery.SearchProcess.Searching;

namespace Delivery.SearchProcess.Tests.Searching;

/// <summary>What comes with the sources.</summary>
internal static class Shipped
{
    public static Catalogue Catalogue { get; } = Catalogue.Read(Options.Parse([]).Catalogue);

    public static ProductIndex Index { get; } = new(Catalogue.Products);
}
