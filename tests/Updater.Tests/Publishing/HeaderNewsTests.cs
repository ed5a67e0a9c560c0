using Delivery.Models.Wire;
using Delivery.Updater.Publishing;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Updater.Tests.Publishing;

public sealed class HeaderNewsTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1000, 1000, false)]
    [InlineData(1000, 1099, false)]
    [InlineData(1000, 1100, true)]
    [InlineData(0, 0, false)]
    [InlineData(0, 1, true)]
    [InlineData(5, 5, false)]
    [InlineData(5, 6, true)]
    [InlineData(1000, 900, false)]
    public void Requests_are_news_when_they_grew_by_a_tenth(ulong before, ulong after, bool news) =>
        HeaderNews.Any(Header(after, Time), Header(before, Time)).Should().Be(news);

    [Theory]
    [InlineData(23.9, false)]
    [InlineData(24, true)]
    public void Training_is_news_when_it_is_a_day_later(double hours, bool news) =>
        HeaderNews.Any(Header(1001, Time.AddHours(hours)), Header(1000, Time)).Should().Be(news);

    [Fact]
    public void Anything_but_a_counter_or_a_time_is_news()
    {
        var before = Header(1000, Time);
        Action<ModelHeader>[] changes =
        [
            header => header.ModelVersion++, header => header.ConfigHash++, header => header.Objective = "ips_ce", header => header.Intent = "OTHER",
            header => header.Sources[0].Name = "other", header => header.Kind = "other",
        ];

        foreach (var change in changes)
        {
            var after = Header(1001, Time.AddMinutes(30));
            change(after);
            HeaderNews.Any(after, before).Should().BeTrue("of {0}", after);
        }
        var counted = Header(1001, Time.AddMinutes(30));
        (counted.BatchCount, counted.Created) = (7, Timestamp.FromDateTimeOffset(Time.AddDays(3)));
        HeaderNews.Any(counted, before).Should().BeFalse();
    }

    private static ModelHeader Header(ulong requests, DateTimeOffset until) => new()
    {
        Name = "news_wizard", Kind = "linear_softmax", RequestCount = requests, TrainedUntil = Timestamp.FromDateTimeOffset(until), Sources = { new FeatureSource { Name = "constant", Count = 1 } },
    };
}
