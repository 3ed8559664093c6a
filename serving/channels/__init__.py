"""The ways by which staff are reached: mail, robots of 钉钉 and 企业微信, an SMS gateway."""
