using Delivery.SearchProcess.Searching;
using Delivery.TestKit;

namespace Delivery.SearchProcess.Tests.Searching;

public sealed class CatalogueTests : IDisposable
{
    private const string Header = "code,description,price,sales,countries,first,last\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_shipped_catalogue_is_read_whole()
    {
        var catalogue = Shipped.Catalogue;

        catalogue.Products.Should().HaveCount(3477);
        catalogue.LastDay.Should().Be(new DateOnly(2011, 9, 30));
        catalogue.Find("21034").Should().Be(new Product("21034", "REX CASH+CARRY JUMBO SHOPPER", 0.95f, 600, 3, new DateOnly(2010, 12, 1), new DateOnly(2011, 9, 30)));
        catalogue.Find("90214Z")!.Description.Should().Be("LETTER \"Z\" BLING KEY RING", "quotes are doubled in the file");
        catalogue.Find("no such code").Should().BeNull();
    }

    [Theory]
    [InlineData("", "line 1: ''")]
    [InlineData("a,b\n", "line 1: 'a,b'")]
    [InlineData(Header, "has no products")]
    [InlineData(Header + "1,A,1.0,1,1,2011-01-01,2011-01-02\n2,B,0,1,1,2011-01-01,2011-01-02\n", "line 3: '2,B,0,")]
    [InlineData(Header + "1,A,1.0,1,1,2011-01-01,yesterday\n", "line 2: '1,A,1.0,1,1,2011-01-01,yesterday'")]
    [InlineData(Header + "1,A,1.0,1\n", "line 2: '1,A,1.0,1'")]
    [InlineData(Header + "1,A,1.0,1,1,2011-01-01,2011-01-02\n1,A,1.0,1,1,2011-01-01,2011-01-02\n", "line 3: the code '1'")]
    public void A_line_that_is_no_product_is_named(string content, string expected)
    {
        var file = _folder["catalogue.csv"];
        File.WriteAllText(file, content);

        var read = () => Catalogue.Read(file);

        read.Should().Throw<InvalidDataException>().WithMessage($"*{file}*{expected}*");
    }
}
