"""The moderation endpoint of OpenAI (``POST /v1/moderations``): its clients get our findings by changing one address."""
